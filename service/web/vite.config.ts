import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Every browser that has WebGL 2 reads woff2: the older twin of each font file is left out. */
function onlyWoff2(): Plugin {
  return {
    name: 'only-woff2',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('@fontsource')) return null
      return code.replace(/, url\([^)]*\.woff\) format\('woff'\)/g, '')
    },
  }
}

export default defineConfig({
  plugins: [
    onlyWoff2(),
    vue(),
    vueI18n({ include: here('./src/words/*/*.json'), strictMessage: false }),
  ],
  resolve: { alias: { '@': here('./src') } },
  build: {
    outDir: '../static',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the Content-Security-Policy lets no font or script come from data:
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/tiles', '/handout', '/health'].map((path) => [
        path,
        { target: process.env.WUYE_SERVER ?? 'http://127.0.0.1:8000', changeOrigin: true },
      ]),
    ),
  },
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
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

/** Compressed once here, and not for each who asks: the server sends the twin. */
function packedTwins(): Plugin {
  const packs = /\.(?:js|mjs|css|html|svg|json)$/
  return {
    name: 'packed-twins',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((one) => packs.test(one))) {
        const path = join(dir!, name)
        const whole = readFileSync(path)
        const packed = gzipSync(whole, { level: 9 })
        if (packed.length < 0.95 * whole.length) writeFileSync(`${path}.gz`, packed)
      }
    },
  }
}

/** What the first screen needs is named in its page, and comes at once rather than one by one. */
function asked(): Plugin {
  const first =
    /(?:map\/(?:begin\.ts|MapStage\.vue)|overview\/OverviewPage\.vue|words\/zh\/(?:frame|overview)\.json)$/
  return {
    name: 'asked-at-once',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter(
          (one) => one.type === 'chunk' && first.test(one.facadeModuleId ?? ''),
        )
        // Their own imports too, or each would be seen only when the one before it is read.
        const needed = new Set(chunks.map((one) => one.fileName))
        for (const name of needed) {
          const one = bundle?.[name]
          if (one?.type === 'chunk') one.imports.forEach((other) => needed.add(other))
        }
        const asked = [...needed].map((name) => bundle![name]!)
        return asked.flatMap((one) => {
          const styles = one.type === 'chunk' ? [...(one.viteMetadata?.importedCss ?? [])] : []
          const links = [one.fileName, ...styles].filter((name) => !html.includes(name))
          return links.map((name) => ({
            tag: 'link',
            injectTo: 'head' as const,
            attrs: {
              rel: name.endsWith('.css') ? 'stylesheet' : 'modulepreload',
              crossorigin: true,
              href: `/${name}`,
            },
          }))
        })
      },
    },
  }
}

export default defineConfig({
  plugins: [
    onlyWoff2(),
    packedTwins(),
    asked(),
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
      ['/api', '/tiles', '/basemap', '/handout', '/health'].map((path) => [
        path,
        { target: process.env.WUYE_SERVER ?? 'http://127.0.0.1:8000', changeOrigin: true },
      ]),
    ),
  },
})

export async function saveImage(): Promise<void> {}

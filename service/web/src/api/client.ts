/** How the application asks the server: typed, abortable, and with errors as the server words them. */
import { view } from '@/state/view'

/** An error of the server (RFC 9457), or of the way there. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(detail || title)
    this.name = 'Problem'
  }

  /** The server could not be reached at all. */
  get offline(): boolean {
    return this.status === 0
  }
}

export type QueryValue = string | number | boolean | null | undefined | string[]
export type Query = Record<string, QueryValue>

/** Give the address of a resource; empty values are left out. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    if (Array.isArray(value)) value.forEach((one) => search.append(name, one))
    else search.set(name, String(value))
  }
  const text = search.toString()
  return `/api/v1${path}${text ? `?${text}` : ''}`
}

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return ask<T>(address(path, query), { signal })
}

/** Get what is at an address made by `address`. */
export function getAddress<T>(where: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(where, { signal })
}

/** What the server calls the state that an answer is of. */
const tags = new WeakMap<object, string>()

/** Get what is at an address if it is no longer the answer got before, which is not even read then. */
export function getChanged<T extends object>(where: string, before: T): Promise<T | null> {
  return ask<T | null>(where, {}, before)
}

/** Answers whose sentences are in the language that they were asked for in. */
const spoken = new WeakSet<object>()

/** Whether an answer says something in one language only. */
export const isSpoken = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && spoken.has(answer)

const varies = (response: Response): boolean =>
  /accept-language/i.test(response.headers.get('vary') ?? '')

/** The page's own language, whatever the browser's is. */
const language = (): string => (view.language === 'en' ? 'en' : 'zh-CN')

/** For so long an answer is as good as one asked for again: other people change registers too. */
const FRESH_MS = 60_000
const MOST_KEPT = 60
const kept = new Map<string, { at: number; answer: unknown }>()

/** An answer that was got a moment ago. */
export function keptAnswer<T>(where: string): T | null {
  const found = kept.get(where)
  return found && performance.now() - found.at < FRESH_MS ? (found.answer as T) : null
}

export function keepAnswer(where: string, answer: unknown): void {
  kept.delete(where)
  kept.set(where, { at: performance.now(), answer })
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
}

/** Whatever this page sends may change every answer. */
export function forgetAnswers(): void {
  kept.clear()
}

/** Get what will probably be asked for next; whether it comes does not matter. */
export async function getAhead(where: string): Promise<void> {
  if (keptAnswer(where)) return
  try {
    keepAnswer(where, await ask<unknown>(where, { priority: 'low' }))
  } catch {
    // Asked again, and told, when somebody wants it.
  }
}

export function send<T>(
  method: 'POST' | 'PATCH' | 'DELETE' | 'PUT',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  forgetAnswers()
  const asForm = body instanceof FormData
  return ask<T>(address(path), {
    method,
    signal,
    headers: body === undefined || asForm ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : asForm ? body : JSON.stringify(body),
  })
}

async function ask<T>(where: string, init: RequestInit, before?: object): Promise<T> {
  let response: Response
  const headers = { ...init.headers, 'accept-language': language() }
  try {
    response = await fetch(where, { ...init, headers })
  } catch (cause) {
    if (isAbort(cause)) throw cause
    throw new Problem(0, 'offline', '')
  }
  if (!response.ok) throw await problemOf(response)
  if (response.status === 204) return undefined as T
  const tag = response.headers.get('etag')
  if (before && tag && tag === tags.get(before)) {
    await response.body?.cancel()
    return null as T
  }
  const answer: unknown = await response.json()
  if (typeof answer === 'object' && answer) {
    if (tag) tags.set(answer, tag)
    if (varies(response)) spoken.add(answer)
  }
  return answer as T
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const { title = '', detail = '', ...extra } = await response.json()
    return new Problem(response.status, title, detail, extra)
  } catch {
    return new Problem(response.status, response.statusText, '')
  }
}

export function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError'
}

/** What a job says of itself. */
export interface Job<Result = unknown> {
  id: string | number
  kind: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  done: number | null
  of: number | null
  words: { zh: string; en: string } | null
  seconds: number | null
  seconds_left: number | null
  result: Result | null
  problem: { title?: string; detail?: string; status?: number } | null
}

function problemOfJob({ problem }: Job): Problem {
  return new Problem(problem?.status ?? 500, problem?.title ?? '', problem?.detail ?? '')
}

/** How often a job is looked at that can't be listened to. */
const LOOK_MS = 3000

/** Follow a job until it ends; a job that failed is thrown as a problem. */
export function follow<Result = unknown>(
  id: string | number,
  onProgress: (job: Job<Result>) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Job<Result>> {
  return new Promise((resolve, reject) => {
    const events = new EventSource(address(`/jobs/${id}/events`))
    const stop = (): void => events.close()
    signal?.addEventListener('abort', () => {
      stop()
      reject(new DOMException('aborted', 'AbortError'))
    })
    const hear = (event: MessageEvent<string>): void => {
      const job = JSON.parse(event.data) as Job<Result>
      onProgress(job)
      if (job.state === 'waiting' || job.state === 'running') return
      stop()
      forgetAnswers()
      // Events are the same for all; the job itself says what went wrong in the page's language.
      if (job.state === 'done') resolve(job)
      else look()
    }
    events.addEventListener('progress', hear)
    events.onmessage = hear
    // The browser asks again by itself; an answer that is no stream (all places to listen may be
    // taken) ends it, and the job is looked at now and then instead.
    const look = (): void => {
      if (signal?.aborted) return
      get<Job<Result>>(`/jobs/${id}`, {}, signal).then((job) => {
        onProgress(job)
        if (job.state !== 'waiting' && job.state !== 'running') forgetAnswers()
        if (job.state === 'done') resolve(job)
        else if (job.state === 'waiting' || job.state === 'running') setTimeout(look, LOOK_MS)
        else reject(problemOfJob(job))
      }, reject)
    }
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) look()
    }
  })
}

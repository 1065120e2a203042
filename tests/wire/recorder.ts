import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Recorder, type RequestRecord, type ResponseRecord } from "../../source/wire/exchange.ts"

/** A recorder that keeps everything in arrays, for tests of single rooms. */
export interface Recording {
  readonly requests: Array<RequestRecord>
  readonly responses: Array<ResponseRecord>
  readonly waits: Array<{ readonly exchange: number; readonly millis: number; readonly reason: string }>
  readonly layer: Layer.Layer<Recorder>
}

export const makeRecording = (): Recording => {
  const requests: Array<RequestRecord> = []
  const responses: Array<ResponseRecord> = []
  const waits: Recording["waits"] = []
  let count = 0
  const layer = Layer.succeed(Recorder, {
    next: Effect.sync(() => {
      count += 1
      return count
    }),
    sending: (record) => Effect.sync(() => void requests.push(record)),
    finished: (record) => Effect.sync(() => void responses.push(record)),
    waiting: (wait) => Effect.sync(() => void waits.push(wait)),
  })
  return { requests, responses, waits, layer }
}

import type { JsonObject } from "../mcp/json-rpc.ts"
import type { Preview, StepContext } from "./step.ts"

/** A JSON-RPC request that a step is about to send: a POST to a remote server, a line to a local one. */
export const rpcPreview = ({ target, facts }: StepContext, method: string, params?: JsonObject): Preview => ({
  method: target.stdio === undefined ? "POST" : "WRITE",
  url: target.serverUrl,
  headers:
    target.stdio !== undefined
      ? []
      : [
          ["accept", "application/json, text/event-stream"],
          ["content-type", "application/json"],
          ...(facts.grant === undefined ? [] : [["authorization", "Bearer <the token>"] as const]),
        ],
  body: JSON.stringify({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) }, undefined, 2),
})

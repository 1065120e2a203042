/**
 * HTTP Archive 1.2 as a JSON Schema, written from the specification (http://www.softwareishard.com/blog/har-12-spec/): every
 * object with its required members and their types. Members that it does not know must begin with an underscore.
 */
const object = (required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) => ({
  type: "object",
  properties: { ...required, ...optional, comment: { type: "string" } },
  required: Object.keys(required),
  patternProperties: { "^_": {} },
  additionalProperties: false,
})
const text = { type: "string" }
const list = (items: object) => ({ type: "array", items })
const pair = object({ name: text, value: text })
const size = { type: "integer", minimum: -1 }
const millis = { type: "number", minimum: 0 }
const optionalMillis = { type: "number", minimum: -1 }
const cookies = { type: "array" }
const instant = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" }

const request = object(
  {
    method: text,
    url: { type: "string", pattern: "^https?://[\\x21-\\x7e]+$" },
    httpVersion: { type: "string", pattern: "^HTTP/\\d(\\.\\d)?$" },
    cookies,
    headers: list(pair),
    queryString: list(pair),
    headersSize: size,
    bodySize: size,
  },
  { postData: object({ mimeType: text, params: list(object({ name: text }, { value: text })), text }) },
)

const response = object({
  status: { type: "integer" },
  statusText: text,
  httpVersion: { type: "string", pattern: "^HTTP/\\d(\\.\\d)?$" },
  cookies,
  headers: list(pair),
  content: object({ size, mimeType: text }, { text, encoding: text, compression: size }),
  redirectURL: text,
  headersSize: size,
  bodySize: size,
})

const timings = object(
  { send: millis, wait: millis, receive: millis },
  { blocked: optionalMillis, dns: optionalMillis, connect: optionalMillis, ssl: optionalMillis },
)

export const harSchema = object({
  log: object(
    {
      version: { const: "1.2" },
      creator: object({ name: text, version: text }),
      entries: list(
        object(
          { startedDateTime: instant, time: millis, request, response, cache: object({}), timings },
          { pageref: text, serverIPAddress: text, connection: text },
        ),
      ),
    },
    { browser: object({ name: text, version: text }), pages: { type: "array" } },
  ),
})

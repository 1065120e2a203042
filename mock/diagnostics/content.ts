import { PIXEL } from "../resources/demo.ts"
import { failure, type Tool, text } from "../tools/tool.ts"
import { diagnostic } from "./diagnostic.ts"

// One sample of silence.
const SILENCE = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

export const IMAGE = { type: "image", data: PIXEL, mimeType: "image/png" } as const

const embedded = (uri: string, mimeType: string, content: string) => ({
  type: "resource",
  resource: { uri, mimeType, text: content },
})

/** Kinds of content in a tool result. */
export const CONTENT_TOOLS: readonly Tool[] = [
  diagnostic("test_simple_text", "Tests text content.", () => text("This is a simple text response for testing.")),
  diagnostic("test_image_content", "Tests image content.", () => ({ content: [IMAGE] })),
  diagnostic("test_audio_content", "Tests audio content.", () => ({
    content: [{ type: "audio", data: SILENCE, mimeType: "audio/wav" }],
  })),
  diagnostic("test_embedded_resource", "Tests an embedded resource.", () => ({
    content: [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")],
  })),
  diagnostic("test_multiple_content_types", "Tests several kinds of content at once.", () => ({
    content: [
      { type: "text", text: "Multiple content types test:" },
      IMAGE,
      embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  })),
  diagnostic("test_error_handling", "Tests a tool error.", () =>
    failure("This tool intentionally returns an error for testing"),
  ),
]

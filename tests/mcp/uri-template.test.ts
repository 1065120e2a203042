import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { expandTemplate, templateVariables } from "../../source/mcp/uri-template.ts"

/** The values and expansions of RFC 6570 §3.2, as far as they are texts. */
const values = {
  var: "value",
  hello: "Hello World!",
  half: "50%",
  base: "http://example.com/home/",
  path: "/foo/bar",
  x: "1024",
  y: "768",
  empty: "",
  dom: "example.com",
  who: "fred",
  v: "6",
}

describe("templates of RFC 6570", () => {
  it.each([
    ["{var}", "value"],
    ["{hello}", "Hello%20World%21"],
    ["{half}", "50%25"],
    ["O{empty}X", "OX"],
    ["O{undef}X", "OX"],
    ["{x,y}", "1024,768"],
    ["{x,hello,y}", "1024,Hello%20World%21,768"],
    ["{var:3}", "val"],
    ["{+var}", "value"],
    ["{+hello}", "Hello%20World!"],
    ["{+half}", "50%25"],
    ["{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"],
    ["{+base}index", "http://example.com/home/index"],
    ["{+path,x}/here", "/foo/bar,1024/here"],
    ["{#x,hello,y}", "#1024,Hello%20World!,768"],
    ["X{.dom}", "X.example.com"],
    ["{/var,x}/here", "/value/1024/here"],
    ["{;x,y,empty}", ";x=1024;y=768;empty"],
    ["{;v,empty,who}", ";v=6;empty;who=fred"],
    ["{?x,y}", "?x=1024&y=768"],
    ["{?x,y,empty}", "?x=1024&y=768&empty="],
    ["{?x,y,undef}", "?x=1024&y=768"],
    ["?fixed=yes{&x}", "?fixed=yes&x=1024"],
  ])("%s", (template, expanded) => {
    assert.strictEqual(expandTemplate(template, values), expanded)
  })

  it("names each variable once, in order", () => {
    assert.deepStrictEqual(templateVariables("db://{table}/{id:3}{?table,limit*}"), ["table", "id", "limit"])
    assert.deepStrictEqual(templateVariables("file:///readme"), [])
  })

  it.prop("whatever is put in, the rest of the address stays as it was", { city: Schema.String }, ({ city }) => {
    const expanded = expandTemplate("mock:///weather/{city}?end", { city })
    assert.match(expanded, /^mock:\/\/\/weather\/[\w.~%-]*\?end$/)
    assert.strictEqual(
      decodeURIComponent(expanded.slice("mock:///weather/".length, -"?end".length)),
      city.toWellFormed(),
    )
  })
})

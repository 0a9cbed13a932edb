using System.Text.Json;
using Cadre.Engine.Schemas;

namespace Cadre.Engine.Tests.Schemas;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    [InlineData("{}", "null", true)]
    [InlineData("""{"type":"string"}""", "\"a\"", true)]
    [InlineData("""{"type":"string"}""", "1", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1e2", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":"integer"}""", "12345678901234567890123", true)]
    [InlineData("""{"type":"number"}""", "true", false)]
    [InlineData("""{"enum":[1,"a",{"b":[2]}]}""", """{"b":[2.0]}""", true)]
    [InlineData("""{"enum":[1,"a"]}""", "\"A\"", false)]
    [InlineData("""{"const":null}""", "null", true)]
    [InlineData("""{"const":false}""", "0", false)]
    [InlineData("""{"minimum":1.1}""", "1.1", true)]
    [InlineData("""{"minimum":1.1}""", "1.09999999999999999999", false)]
    [InlineData("""{"maximum":9007199254740993}""", "9007199254740994", false)]
    [InlineData("""{"exclusiveMinimum":0}""", "0", false)]
    [InlineData("""{"exclusiveMaximum":1}""", "0.9999999999999999999999999", true)]
    [InlineData("""{"minimum":0,"exclusiveMinimum":true}""", "0", false)]
    [InlineData("""{"multipleOf":0.01}""", "19.99", true)]
    [InlineData("""{"multipleOf":0.0001}""", "0.00751", false)]
    [InlineData("""{"multipleOf":0.1}""", "1e308", true)]
    [InlineData("""{"maximum":5}""", "1e999999999", false)]
    [InlineData("""{"minLength":2,"maxLength":2}""", "\"\\ud83d\\ude00x\"", true)]
    [InlineData("""{"maxLength":1}""", "\"\\ud83d\\ude00\"", true)]
    [InlineData("""{"minLength":1}""", "\"\"", false)]
    [InlineData("""{"pattern":"^a+$"}""", "\"aaa\"", true)]
    [InlineData("""{"pattern":"^a+$"}""", "\"aaa\\n\"", false)]
    [InlineData("""{"pattern":"b"}""", "\"abc\"", true)]
    [InlineData("""{"pattern":"^\\d$"}""", "\"\\u0663\"", false)]
    [InlineData("""{"pattern":"^[\\d_]$"}""", "\"5\"", true)]
    [InlineData("""{"pattern":"^(?=.*[A-Z]).{3,}$"}""", "\"abC\"", true)]
    [InlineData("""{"pattern":"^[^]$"}""", "\"x\"", true)]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"a":"x"}""", false)]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """[1]""", true)]
    [InlineData("""{"required":["a","b"]}""", """{"a":1}""", false)]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"a":1}""", false)]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}""", """{"x-a":"1"}""", true)]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}}}""", """{"x-a":1}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"abc":1}""", false)]
    [InlineData("""{"minProperties":1}""", "{}", false)]
    [InlineData("""{"maxProperties":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"c":1}""", true)]
    [InlineData("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"a":1}""", false)]
    [InlineData("""{"dependencies":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"items":{"type":"integer"}}""", "[1,\"a\"]", false)]
    [InlineData("""{"prefixItems":[{"type":"integer"}],"items":false}""", "[1]", true)]
    [InlineData("""{"prefixItems":[{"type":"integer"}],"items":false}""", "[1,2]", false)]
    [InlineData("""{"items":[{"type":"integer"}],"additionalItems":false}""", "[1,2]", false)]
    [InlineData("""{"items":[{"type":"integer"}]}""", "[1,\"x\"]", true)]
    [InlineData("""{"contains":{"const":1}}""", "[2,1]", true)]
    [InlineData("""{"contains":{"const":1}}""", "[2]", false)]
    [InlineData("""{"contains":{"const":1},"minContains":0}""", "[2]", true)]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,1]", false)]
    [InlineData("""{"minItems":1}""", "[]", false)]
    [InlineData("""{"maxItems":1}""", "[1,2]", false)]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2,"a":1.0}]""", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,true,\"1\",[1]]", true)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "3", false)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1", true)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "[]", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "3", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":2}]}""", "1", true)]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", false)]
    [InlineData("""{"if":{"const":1},"then":false,"else":true}""", "1", false)]
    [InlineData("""{"if":{"required":["a"]},"then":{"required":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}""", "1", false)]
    [InlineData("""{"$ref":"#/definitions/a~1b%25","definitions":{"a/b%":{"type":"string"}}}""", "\"x\"", true)]
    [InlineData("""{"$ref":"#here","$defs":{"x":{"$anchor":"here","type":"string"}}}""", "1", false)]
    [InlineData("""{"$id":"https://a/b","$ref":"https://a/b#/$defs/a","$defs":{"a":{"type":"string"}}}""", "1", false)]
    [InlineData("""{"type":"object","properties":{"next":{"$ref":"#"}},"additionalProperties":false}""", """{"next":{"next":{"x":1}}}""", false)]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", """{"b":1}""", false)]
    [InlineData("""{"anyOf":[{"properties":{"a":{"const":1}},"required":["a"]},{"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":2}""", false)]
    [InlineData("""{"prefixItems":[true],"unevaluatedItems":false}""", "[1,2]", false)]
    [InlineData("""{"format":"date-time"}""", "\"2026-11-21T09:30:00Z\"", true)]
    [InlineData("""{"format":"date-time"}""", "\"tomorrow\"", false)]
    [InlineData("""{"format":"date"}""", "\"2026-02-30\"", false)]
    [InlineData("""{"format":"time"}""", "\"25:00:00Z\"", false)]
    [InlineData("""{"format":"email"}""", "\"a b@c\"", false)]
    [InlineData("""{"format":"uri"}""", "\"/relative\"", false)]
    [InlineData("""{"format":"uuid"}""", "\"123e4567-e89b-12d3-a456-426614174000\"", true)]
    [InlineData("""{"format":"ipv4"}""", "\"1.2.3\"", false)]
    [InlineData("""{"format":"ipv6"}""", "\"::1\"", true)]
    [InlineData("""{"format":"hostname"}""", "\"-a\"", false)]
    [InlineData("""{"format":"of-our-own"}""", "\"anything\"", true)]
    [InlineData("""{"title":"t","description":"d","default":1,"examples":[1],"x-unknown":{}}""", "\"a\"", true)]
    public void Follows_each_keyword(string schema, string value, bool fits) => Assert.Equal(fits, Parse(schema).Validate(Json(value)).Count == 0);

    [Theory]
    [InlineData("1", "", "must be an object or a boolean")]
    [InlineData("""{"type":"text"}""", "/type", "must be among")]
    [InlineData("""{"properties":{"a":{"pattern":"("}}}""", "/properties/a/pattern", "not a regular expression")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", "", "only references inside it")]
    [InlineData("""{"$ref":"#/$defs/nothing"}""", "", "not in the schema")]
    [InlineData("""{"enum":[]}""", "/enum", "at least one entry")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf", "more than 0")]
    [InlineData("""{"minLength":-1}""", "/minLength", "whole number")]
    [InlineData("""{"required":"a"}""", "/required", "list of names")]
    [InlineData("""{"properties":[]}""", "/properties", "must be an object")]
    public void A_schema_that_cannot_be_meant_is_refused(string schema, string pointer, string message)
    {
        Assert.False(JsonSchema.TryParse(Json(schema), out _, out var error));
        Assert.Equal(pointer, error.Pointer);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Errors_are_told_so_that_a_model_can_mend_them()
    {
        var schema = Parse("""
            {"type":"object","properties":{"path":{"type":"string"},"lines":{"type":"array","items":{"type":"integer","minimum":1}},"mode":{"enum":["a","b"]}},
             "required":["path"],"additionalProperties":false}
            """);

        var errors = schema.Validate(Json("""{"lines":[1,"2",0],"mode":"c","pth":"x"}"""));

        Assert.Equal(
            [
                "/lines/1 must be an integer, not a string.",
                "/lines/2 must be at least 1, not 0.",
                "/mode must be one of \"a\", \"b\"; it is \"c\".",
                "/pth is not an allowed property; there is lines, mode, path.",
                "The value must have the property \"path\".",
            ],
            errors.Select(error => error.ToString()));
    }

    [Fact]
    public void The_nearest_alternative_is_explained()
    {
        var schema = Parse("""
            {"anyOf":[{"type":"string"},{"type":"object","properties":{"kind":{"const":"a"},"n":{"type":"integer"}}},
                      {"type":"object","properties":{"kind":{"const":"b"},"n":{"type":"string"}}}]}
            """);

        Assert.Contains("/n must be an integer, not a string.", schema.Check(Json("""{"kind":"a","n":"1"}""")));
    }

    [Fact]
    public void Errors_are_bounded() =>
        Assert.Equal(JsonSchema.MaxErrors, Parse("""{"items":{"type":"string"}}""").Validate(Json($"[{string.Join(',', Enumerable.Repeat("1", 1_000))}]")).Count);

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}""")]
    [InlineData("""{"not":{"$ref":"#"}}""")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""")]
    [InlineData("""{"if":{"$ref":"#"},"then":true}""")]
    public void A_schema_that_turns_in_a_circle_fits_nothing_and_ends(string schema) => Assert.NotEmpty(Parse(schema).Validate(Json("1")));

    [Fact]
    public void A_pattern_that_takes_too_long_does_not_fit() =>
        Assert.Contains("too long", Parse("""{"pattern":"^(?!x)(a+)+$"}""").Check(Json($"\"{new string('a', 40)}!\"")));

    [Fact]
    public void Text_that_is_no_unicode_does_not_fit() => Assert.NotEmpty(Parse("""{"maxLength":5}""").Validate(Json("\"\\ud800\"")));

    [Fact]
    public void The_schema_outlives_its_document()
    {
        JsonSchema schema;
        using (var document = JsonDocument.Parse("""{"properties":{"a":{"enum":[1]}}}"""))
        {
            Assert.True(JsonSchema.TryParse(document.RootElement, out var parsed, out _));
            schema = parsed;
        }

        Assert.NotEmpty(schema.Validate(Json("""{"a":2}""")));
    }

    private static JsonSchema Parse(string schema)
    {
        Assert.True(JsonSchema.TryParse(Json(schema), out var parsed, out var error), error?.ToString());
        return parsed;
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

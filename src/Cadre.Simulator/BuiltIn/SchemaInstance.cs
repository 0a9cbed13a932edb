using System.Text.Json;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A value made from a JSON Schema: what is required, the first of an enumeration, sensible words by the property's name.</summary>
internal sealed class SchemaInstance
{
    private const int MaxDepth = 12;
    private const int MaxItems = 100;

    private readonly JsonElement _root;
    private readonly Prompt _prompt;

    private SchemaInstance(JsonElement root, Prompt prompt)
    {
        _root = root;
        _prompt = prompt;
    }

    public static string Make(JsonElement schema, Prompt prompt) => schema.ValueKind == JsonValueKind.Object
        ? JsonText.Write(json => new SchemaInstance(schema, prompt).Write(json, schema, "", 0))
        : "{}";

    private void Write(Utf8JsonWriter json, JsonElement schema, string name, int depth)
    {
        schema = Resolve(schema, 0);
        if (Given(schema) is { } given)
        {
            given.WriteTo(json);
            return;
        }

        switch (TypeOf(schema))
        {
            case "object" when depth < MaxDepth:
                WriteObject(json, schema, depth);
                break;
            case "array":
                WriteArray(json, schema, name, depth);
                break;
            case "integer":
                json.WriteNumberValue((long)Math.Ceiling(Number(schema)));
                break;
            case "number":
                json.WriteNumberValue(Number(schema));
                break;
            case "boolean":
                json.WriteBooleanValue(true);
                break;
            case "null":
                json.WriteNullValue();
                break;
            case "object":
                json.WriteStartObject();
                json.WriteEndObject();
                break;
            default:
                json.WriteStringValue(SampleText.For(name, schema, _prompt));
                break;
        }
    }

    private void WriteObject(Utf8JsonWriter json, JsonElement schema, int depth)
    {
        var required = schema.Get("required") is { ValueKind: JsonValueKind.Array } names
            ? names.EnumerateArray().Select(static name => name.GetString()).ToHashSet(StringComparer.Ordinal)
            : null;
        json.WriteStartObject();
        if (schema.Get("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            var isFirst = true;
            foreach (var property in properties.EnumerateObject())
            {
                // A schema that requires nothing still gets one property: an empty call shows nothing.
                if (required?.Contains(property.Name) ?? isFirst)
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, property.Name, depth + 1);
                }

                isFirst = false;
            }
        }

        json.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter json, JsonElement schema, string name, int depth)
    {
        json.WriteStartArray();
        var isCommand = name is "argv" or "command" or "cmd";
        if (isCommand)
        {
            json.WriteStringValue("echo");
            json.WriteStringValue("cadre-42");
        }
        else if (depth < MaxDepth && schema.Get("items") is { ValueKind: JsonValueKind.Object } items)
        {
            var least = schema.Get("minItems") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : 1;
            for (var i = 0; i < Math.Clamp(least, 1, MaxItems); i++)
            {
                Write(json, items, name.EndsWith('s') ? name[..^1] : name, depth + 1);
            }
        }

        json.WriteEndArray();
    }

    private static double Number(JsonElement schema)
    {
        if (schema.Get("minimum") is { ValueKind: JsonValueKind.Number } minimum)
        {
            return minimum.GetDouble();
        }

        if (schema.Get("exclusiveMinimum") is { ValueKind: JsonValueKind.Number } above)
        {
            return above.GetDouble() + 1;
        }

        return schema.Get("maximum") is { ValueKind: JsonValueKind.Number } maximum ? Math.Min(1, maximum.GetDouble()) : 1;
    }

    private static JsonElement? Given(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("const", out var constant))
        {
            return constant;
        }

        if (schema.Get("enum") is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0)
        {
            return values[0];
        }

        return schema.TryGetProperty("default", out var usual) && usual.ValueKind != JsonValueKind.Null
            ? usual
            : schema.Get("examples") is { ValueKind: JsonValueKind.Array } examples && examples.GetArrayLength() > 0 ? examples[0] : null;
    }

    private static string TypeOf(JsonElement schema)
    {
        var type = schema.Get("type");
        return type?.ValueKind switch
        {
            JsonValueKind.String => type.Value.GetString()!,
            JsonValueKind.Array => type.Value.EnumerateArray().Select(static one => one.GetString() ?? "").FirstOrDefault(static one => one != "null") ?? "null",
            _ when schema.Get("properties") is not null => "object",
            _ when schema.Get("items") is not null => "array",
            _ => "string",
        };
    }

    /// <summary>Follows references within the schema and takes the first real branch of a choice.</summary>
    private JsonElement Resolve(JsonElement schema, int depth)
    {
        if (depth > MaxDepth)
        {
            return default;
        }

        if (schema.Get("$ref") is { ValueKind: JsonValueKind.String } reference)
        {
            return Find(reference.GetString()!) is { } found ? Resolve(found, depth + 1) : default;
        }

        foreach (var choice in (ReadOnlySpan<string>)["anyOf", "oneOf", "allOf"])
        {
            if (schema.Get(choice) is { ValueKind: JsonValueKind.Array } branches && branches.GetArrayLength() > 0)
            {
                var real = branches.EnumerateArray().FirstOrDefault(static branch => branch.Get("type") is not { ValueKind: JsonValueKind.String } type || type.GetString() != "null", branches[0]);
                return Resolve(real, depth + 1);
            }
        }

        return schema;
    }

    private JsonElement? Find(string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        JsonElement? at = _root;
        foreach (var name in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at?.Get(name.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
        }

        return at;
    }
}

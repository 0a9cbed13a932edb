using System.Text.Json;

namespace Cadre.Simulator.Tests.Wires;

/// <summary>Checks a body against the published schemas: types, required fields, enumerations, alternatives.</summary>
internal static class PublicSchema
{
    private static readonly JsonElement Root = Read();

    public static void Check(string schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(Root.GetProperty("schemas").GetProperty(schema), value, schema, problems);
        Assert.True(problems.Count == 0, string.Join("\n", problems) + "\nin " + value.GetRawText());
    }

    public static void CheckEvent(JsonElement @event)
    {
        var type = @event.GetProperty("type").GetString()!;
        Assert.True(Root.GetProperty("events").TryGetProperty(type, out var schema), $"unexpected event {type}");
        Check(schema.GetString()!, @event);
    }

    private static void Check(JsonElement schema, JsonElement value, string path, List<string> problems)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(Root.GetProperty("schemas").GetProperty(reference.GetString()![2..]), value, path, problems);
            return;
        }

        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean())
        {
            return;
        }

        if (schema.TryGetProperty("type", out var type) && !IsType(type.GetString()!, value))
        {
            problems.Add($"{path}: {value.ValueKind} is not {type}");
            return;
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            problems.Add($"{path}: {value.GetRawText()} is none of {values.GetRawText()}");
        }

        CheckAlternatives(schema, value, path, problems);
        CheckMembers(schema, value, path, problems);
    }

    private static void CheckAlternatives(JsonElement schema, JsonElement value, string path, List<string> problems)
    {
        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var part in all.EnumerateArray())
            {
                Check(part, value, path, problems);
            }
        }

        foreach (var word in new[] { "anyOf", "oneOf" })
        {
            if (schema.TryGetProperty(word, out var branches))
            {
                var failures = new List<string>();
                var fits = branches.EnumerateArray().Any(branch =>
                {
                    var found = new List<string>();
                    Check(branch, value, path, found);
                    failures.AddRange(found);
                    return found.Count == 0;
                });
                if (!fits)
                {
                    problems.Add($"{path}: fits no alternative: {string.Join("; ", failures)}");
                }
            }
        }
    }

    private static void CheckMembers(JsonElement schema, JsonElement value, string path, List<string> problems)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            if (schema.TryGetProperty("required", out var required))
            {
                problems.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{path}: '{name}' is missing"));
            }

            if (schema.TryGetProperty("properties", out var properties))
            {
                foreach (var property in properties.EnumerateObject())
                {
                    if (value.TryGetProperty(property.Name, out var member))
                    {
                        Check(property.Value, member, $"{path}.{property.Name}", problems);
                    }
                }
            }
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Check(items, item, $"{path}[{index++}]", problems);
            }
        }
    }

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new InvalidOperationException($"Unknown type {type}."),
    };

    private static JsonElement Read()
    {
        using var stream = typeof(PublicSchema).Assembly.GetManifestResourceStream("schemas.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}

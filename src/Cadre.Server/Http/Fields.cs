using System.Text.Json;

namespace Cadre.Server.Http;

/// <summary>
/// A JSON object of a request, read member by member. Each reader refuses what does not fit by an <see cref="ApiException"/> that names the member, worded as
/// OpenAI words it. Members that are null count as absent, as OpenAI's clients send them.
/// </summary>
/// <param name="path">Where the object lies in the body; empty for the body itself.</param>
public readonly struct Fields(JsonElement value, string path = "")
{
    public const int MetadataPairs = 16;
    public const int MetadataKeyLength = 64;
    public const int MetadataValueLength = 512;

    /// <summary>The object as it came.</summary>
    public JsonElement Raw => value;

    public string Path => path;

    public string At(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The member as it came; null when it is absent or null.</summary>
    public JsonElement? Any(string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? member : null;

    /// <summary>Whether the member is there, null included: an update distinguishes clearing from leaving alone.</summary>
    public bool Has(string name) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out _);

    /// <summary>Refuses a member that nobody reads: a misspelt one would change nothing, silently.</summary>
    public void RefuseOthers(params ReadOnlySpan<string> known)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                throw ApiException.BadRequest($"Unknown parameter: '{At(member.Name)}'. Known are: {(known.IsEmpty ? "none" : string.Join(", ", known!))}.", At(member.Name), "unknown_parameter");
        }
    }

    public string? Text(string name, int maxLength = int.MaxValue, int minLength = 0)
    {
        if (Any(name) is not { } member) return null;
        if (member.ValueKind != JsonValueKind.String) throw ApiException.WrongType(At(name), "a string", Kind(member));
        var text = member.GetString()!;
        if (text.Length > maxLength)
        {
            throw ApiException.BadRequest(
                $"Invalid '{At(name)}': string too long. Expected a string with maximum length {maxLength}, but got a string with length {text.Length} instead.",
                At(name), "string_above_max_length");
        }

        if (text.Length < minLength)
        {
            throw ApiException.BadRequest(
                $"Invalid '{At(name)}': empty string. Expected a string with minimum length {minLength}, but got an empty string instead.", At(name), "empty_string");
        }

        return text;
    }

    public string RequiredText(string name, int maxLength = int.MaxValue, int minLength = 0) => Text(name, maxLength, minLength) ?? throw ApiException.Missing(At(name));

    /// <summary>One of a closed set of words.</summary>
    public string? Word(string name, params ReadOnlySpan<string> supported)
    {
        if (Text(name) is not { } word) return null;
        return supported.Contains(word) ? word : throw ApiException.WrongValue(At(name), word, supported.ToArray());
    }

    public bool? Flag(string name) => Any(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw ApiException.WrongType(At(name), "a boolean", Kind(other)),
    };

    public long? Integer(string name, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Any(name) is not { } member) return null;
        if (member.ValueKind != JsonValueKind.Number || !member.TryGetInt64(out var number)) throw ApiException.WrongType(At(name), "an integer", Kind(member));
        CheckRange(name, number, min, max, "integer");
        return number;
    }

    public double? Number(string name, double min = double.MinValue, double max = double.MaxValue)
    {
        if (Any(name) is not { } member) return null;
        if (member.ValueKind != JsonValueKind.Number) throw ApiException.WrongType(At(name), "a decimal", Kind(member));
        var number = member.GetDouble();
        CheckRange(name, number, min, max, "decimal");
        return number;
    }

    public Fields? Object(string name) => Any(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } member => new Fields(member, At(name)),
        { } other => throw ApiException.WrongType(At(name), "an object", Kind(other)),
    };

    /// <summary>The elements of an array, unread.</summary>
    public IReadOnlyList<JsonElement>? Array(string name, int maxLength = int.MaxValue)
    {
        if (Any(name) is not { } member) return null;
        if (member.ValueKind != JsonValueKind.Array) throw ApiException.WrongType(At(name), "an array", Kind(member));
        var length = member.GetArrayLength();
        if (length > maxLength)
        {
            throw ApiException.BadRequest(
                $"Invalid '{At(name)}': array too long. Expected an array with maximum length {maxLength}, but got an array with length {length} instead.",
                At(name), "array_above_max_length");
        }

        return [.. member.EnumerateArray()];
    }

    public IReadOnlyList<Fields>? Objects(string name, int maxLength = int.MaxValue)
    {
        if (Array(name, maxLength) is not { } elements) return null;
        var objects = new Fields[elements.Count];
        for (var i = 0; i < objects.Length; i++)
        {
            if (elements[i].ValueKind != JsonValueKind.Object) throw ApiException.WrongType($"{At(name)}[{i}]", "an object", Kind(elements[i]));
            objects[i] = new(elements[i], $"{At(name)}[{i}]");
        }

        return objects;
    }

    public IReadOnlyList<string>? Texts(string name, int maxLength = int.MaxValue)
    {
        if (Array(name, maxLength) is not { } elements) return null;
        var texts = new string[elements.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = elements[i].ValueKind == JsonValueKind.String ? elements[i].GetString()! : throw ApiException.WrongType($"{At(name)}[{i}]", "a string", Kind(elements[i]));
        }

        return texts;
    }

    /// <summary>At most 16 pairs, keys of at most 64 and values of at most 512 characters, as OpenAI limits them.</summary>
    public IReadOnlyDictionary<string, string>? Metadata(string name = "metadata")
    {
        if (Object(name) is not { } pairs) return null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs.Raw.EnumerateObject())
        {
            if (pair.Name.Length > MetadataKeyLength)
                throw ApiException.BadRequest($"Invalid '{At(name)}': a key is longer than {MetadataKeyLength} characters.", At(name), "string_above_max_length");
            metadata[pair.Name] = pairs.Text(pair.Name, MetadataValueLength) ?? "";
        }

        return metadata.Count <= MetadataPairs ? metadata : throw ApiException.BadRequest(
            $"Invalid '{At(name)}': too many properties. Expected an object with at most {MetadataPairs} properties, but got an object with {metadata.Count} properties instead.",
            At(name), "object_above_max_properties");
    }

    /// <summary>What a JSON value is, as OpenAI's errors name it.</summary>
    public static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => element.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    private void CheckRange<T>(string name, T number, T min, T max, string kind)
        where T : IComparable<T>
    {
        if (number.CompareTo(min) < 0)
            throw ApiException.BadRequest($"Invalid '{At(name)}': {kind} below minimum value. Expected a value >= {min}, but got {number} instead.", At(name), $"{kind}_below_min_value");
        if (number.CompareTo(max) > 0)
            throw ApiException.BadRequest($"Invalid '{At(name)}': {kind} above maximum value. Expected a value <= {max}, but got {number} instead.", At(name), $"{kind}_above_max_value");
    }
}

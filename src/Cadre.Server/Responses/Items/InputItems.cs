using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>Reads <c>input</c> and <c>items</c>: a text, or items of known and unknown types, as items of a thread.</summary>
internal sealed class InputItems(DateTimeOffset now)
{
    public const int MaxItems = 10_000;
    public const int MaxTextLength = 10 << 20;
    private const int CallIdLength = 64;
    private const int NameLength = 128;

    /// <summary>Members of a message that the thread's own item says; any other keeps the message as it came.</summary>
    private static readonly HashSet<string> Plain = ["type", "id", "role", "content", "status"];

    /// <param name="references">Ids that <c>item_reference</c> items name, by the place of the item that stands for it.</param>
    public ImmutableArray<ThreadItem> Read(Fields body, string name, out IReadOnlyList<(int Place, string Id, string Parameter)> references, int maxItems = MaxItems)
    {
        references = [];
        if (body.Any(name) is not { } input) return [];
        if (input.ValueKind == JsonValueKind.String)
        {
            var text = body.Text(name, MaxTextLength)!;
            return [New(new ItemBody.Said(Speaker.User, [new Part.Text(text)]))];
        }

        if (input.ValueKind != JsonValueKind.Array) throw ApiException.WrongType(body.At(name), "a string or an array of input items", Fields.Kind(input));
        var items = ImmutableArray.CreateBuilder<ThreadItem>();
        var found = new List<(int, string, string)>();
        foreach (var fields in body.Objects(name, maxItems)!)
        {
            if (ReferenceOf(fields) is { } id) found.Add((items.Count, id, fields.At("id")));
            items.Add(Read(fields));
        }

        references = found;
        return items.ToImmutable();
    }

    private static string? ReferenceOf(Fields item) => item.Text("type") switch
    {
        "item_reference" => item.RequiredText("id"),
        null when !item.Has("role") && !item.Has("content") => item.Text("id"),
        _ => null,
    };

    private ThreadItem Read(Fields item) => item.Text("type") switch
    {
        null or "message" => Message(item),
        "function_call" => Call(item),
        "function_call_output" => Output(item),
        ForeignItem.Compaction => Compaction(item),
        "" => throw ApiException.WrongValue(item.At("type"), "", "message", "function_call", "function_call_output", "reasoning", "item_reference"),
        _ => New(new ItemBody.Foreign(item.Raw)),
    };

    private ThreadItem Message(Fields item)
    {
        if (item.Text("type") is null && !item.Has("role") && item.Has("id")) return New(new ItemBody.Foreign(item.Raw));
        var role = item.Word("role", "user", "assistant", "system", "developer") ?? throw ApiException.Missing(item.At("role"));
        var speaker = role switch { "user" => Speaker.User, "assistant" => Speaker.Assistant, _ => Speaker.Developer };
        var kept = role == "system" || item.Raw.EnumerateObject().Any(member => !Plain.Contains(member.Name));
        var parts = ImmutableArray.CreateBuilder<Part>();
        var content = item.Any("content") ?? throw ApiException.Missing(item.At("content"));
        if (content.ValueKind == JsonValueKind.String) parts.Add(new Part.Text(item.Text("content", MaxTextLength)!));
        else if (content.ValueKind != JsonValueKind.Array) throw ApiException.WrongType(item.At("content"), "a string or an array of content parts", Fields.Kind(content));
        else
        {
            foreach (var part in item.Objects("content")!) kept |= !ContentParts.Read(part, parts);
        }

        var read = New(new ItemBody.Said(speaker, parts.ToImmutable())) with { Incomplete = item.Text("status") == "incomplete" };
        return kept ? ForeignItem.With(read, item.Raw) : read;
    }

    private ThreadItem Call(Fields item)
    {
        var (callId, name) = (item.RequiredText("call_id", CallIdLength, 1), item.RequiredText("name", NameLength, 1));
        var read = New(new ItemBody.Called(callId, HostedToolSettings.Function, name, item.RequiredText("arguments")));
        return item.Has("namespace") || item.Has("caller") ? ForeignItem.With(read, item.Raw) : read;
    }

    private ThreadItem Output(Fields item)
    {
        var callId = item.RequiredText("call_id", CallIdLength, 1);
        var output = item.Any("output") ?? throw ApiException.Missing(item.At("output"));
        if (output.ValueKind == JsonValueKind.String) return New(new ItemBody.Returned(callId, item.Text("output", MaxTextLength)!, true));
        if (output.ValueKind != JsonValueKind.Array) throw ApiException.WrongType(item.At("output"), "a string or an array of content parts", Fields.Kind(output));
        var parts = ImmutableArray.CreateBuilder<Part>();
        foreach (var part in item.Objects("output")!) ContentParts.Read(part, parts);
        var lines = parts.Select(part => part switch { Part.Text said => said.Value, Part.Image { Url: { } url } => url, _ => "" });
        var text = string.Join('\n', lines.Where(line => line.Length > 0));
        return ForeignItem.With(New(new ItemBody.Returned(callId, text, true)), item.Raw);
    }

    /// <summary>What a compaction left of a history goes on as what the user said.</summary>
    private ThreadItem Compaction(Fields item)
    {
        var sealedText = item.RequiredText("encrypted_content", 20 << 20);
        var at = item.At("encrypted_content");
        var summary = CompactedHistory.Open(sealedText)
            ?? throw ApiException.BadRequest($"Invalid '{at}': it was not made by this server's compaction.", at, "invalid_encrypted_content");
        return ForeignItem.With(New(new ItemBody.Said(Speaker.User, [new Part.Text(summary)])), item.Raw);
    }

    private ThreadItem New(ItemBody body) => new(Ids.New(), body) { CreatedAt = now };
}

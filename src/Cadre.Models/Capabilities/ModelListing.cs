using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Models.Capabilities;

/// <param name="Failure">Why there is no list; null when there is one.</param>
public sealed record ModelListing(ImmutableArray<ListedModel> Models, ModelFailure? Failure)
{
    private const int MostModels = 10_000;

    /// <summary>The names under which servers tell the context window: OpenRouter, LM Studio, vLLM, Groq.</summary>
    private static readonly string[] ContextMembers = ["context_window", "context_length", "max_context_length", "max_model_len", "loaded_context_length"];

    /// <summary>Null when the body is no list of models.</summary>
    internal static ModelListing? Parse(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var list = root.ValueKind == JsonValueKind.Array ? root
            : root.ValueKind == JsonValueKind.Object && (root.TryGetProperty("data", out var data) || root.TryGetProperty("models", out data)) ? data
            : default;
        if (list.ValueKind != JsonValueKind.Array) return null;
        return new([.. list.EnumerateArray().Take(MostModels).Select(Read).OfType<ListedModel>()], null);
    }

    private static ListedModel? Read(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("id", out var id) && id.GetString() is { } name ? new(name, ContextOf(item)) : null;

    private static long? ContextOf(JsonElement item)
    {
        foreach (var member in ContextMembers)
            if (item.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens > 0) return tokens;

        // llama.cpp tells what the model was trained with.
        return item.TryGetProperty("meta", out var meta) && meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty("n_ctx_train", out var trained)
            && trained.ValueKind == JsonValueKind.Number && trained.TryGetInt64(out var size) ? size : null;
    }
}

using System.Buffers;
using System.Text.Json;
using Cadre.Server.Upstreams;

namespace Cadre.Server.ChatCompletions;

/// <summary>Takes a completion down while it is passed on, and keeps it before its end is sent: who has the whole answer can ask for it.</summary>
internal sealed class ChatWitness(Func<JsonElement, CancellationToken, ValueTask> keep) : IWitness
{
    /// <summary>A longer answer is passed on and not kept.</summary>
    private const int MaxBytes = 16 << 20;

    private readonly ArrayBufferWriter<byte> _seen = new();
    private bool _done;

    public async ValueTask PassingAsync(ReadOnlyMemory<byte> piece, long? length, CancellationToken cancellationToken)
    {
        if (_done) return;
        if (_seen.WrittenCount + piece.Length > MaxBytes)
        {
            _done = true;
            _seen.Clear();
            return;
        }

        _seen.Write(piece.Span);
        if (_seen.WrittenCount == length || piece.Span.IndexOf("data: [DONE]"u8) >= 0) await EndedAsync(cancellationToken);
    }

    public async ValueTask EndedAsync(CancellationToken cancellationToken)
    {
        if (_done) return;
        _done = true;
        if (Read(_seen.WrittenMemory) is { } completion) await keep(completion, cancellationToken);
    }

    /// <summary>Null for what is no completion.</summary>
    private static JsonElement? Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            var isObject = answer.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
            var completion = isObject ? JsonElement.Parse(answer.Span) : StreamedChat.Fold(answer.Span);
            return completion is { ValueKind: JsonValueKind.Object } ? completion : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

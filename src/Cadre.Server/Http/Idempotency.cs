using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Http;

/// <summary>
/// <c>Idempotency-Key</c> on POST: the first request with a key is carried out, and every later one of the same caller and address gets its answer again, for a day. Across a
/// crash in the middle the outcome is unknown, and the caller is told so instead of having it done twice.
/// </summary>
internal sealed class Idempotency(RequestDelegate next, IStore store, TimeProvider time)
{
    public const string Kind = "idempotency_key";
    private const string Header = "Idempotency-Key";
    private const int MaxKey = 255;

    /// <summary>Largest answer that is kept; of a larger one only its status is known.</summary>
    private const int MaxKept = 1 << 20;

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    public async Task InvokeAsync(HttpContext http)
    {
        var key = http.Request.Headers[Header].ToString();
        if (key.Length == 0 || !HttpMethods.IsPost(http.Request.Method) || Caller.TryOf(http) is not { } caller)
        {
            await next(http);
            return;
        }

        if (key.Length > MaxKey) throw ApiException.BadRequest($"The header {Header} is longer than {MaxKey} characters.", Header, "string_above_max_length");
        var body = (await RequestBody.ReadBytesAsync(http, RequestBody.MaxBytes)).ToArray();
        http.Request.Body = new MemoryStream(body, writable: false);
        var name = Hash($"{caller.Credential}\n{http.Request.Path}\n{key}");
        var bodyHash = Convert.ToHexStringLower(SHA256.HashData(body));
        var document = Document(caller, name, new KeptAnswer(bodyHash, Done: false));
        if (!(await store.CommitAsync([new Change.Create(document)], http.RequestAborted)).Won)
        {
            await AnswerAgainAsync(http, caller, name, bodyHash);
            return;
        }

        await AnswerAsync(http, caller, document, bodyHash);
    }

    private async Task AnswerAsync(HttpContext http, Caller caller, Document document, string bodyHash)
    {
        var original = http.Response.Body;
        await using var copy = new CopyingStream(original, MaxKept);
        http.Response.Body = copy;
        try
        {
            await next(http);
            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        catch (ApiException)
        {
            // A refusal changed nothing: the key is free again.
            await store.CommitAsync([new Change.Delete(caller.Scope, Kind, document.Id)], CancellationToken.None);
            throw;
        }
        finally
        {
            http.Response.Body = original;
        }

        var kept = new KeptAnswer(bodyHash, Done: true) { Status = http.Response.StatusCode, ContentType = http.Response.ContentType, Body = copy.Kept is { } bytes ? Convert.ToBase64String(bytes) : null };
        await store.CommitAsync([new Change.Replace(Document(caller, document.Key!, kept) with { Id = document.Id })], CancellationToken.None);
    }

    private async Task AnswerAgainAsync(HttpContext http, Caller caller, string name, string bodyHash)
    {
        if (await store.FindAsync(caller.Scope, Kind, name, http.RequestAborted) is not { } document) throw ApiException.Conflict("A request with this Idempotency-Key has just failed; send it again.", "idempotency_key_in_use");
        var kept = JsonSerializer.Deserialize(document.Body.Span, IdempotencyJson.Default.KeptAnswer)!;
        if (kept.BodyHash != bodyHash) throw ApiException.BadRequest("This Idempotency-Key was used with another body.", Header, "idempotency_key_reused");
        if (!kept.Done) throw ApiException.Conflict("A request with this Idempotency-Key is under way, or its server died in the middle of it: look whether it was done.", "idempotency_key_in_use");
        if (kept.Body is null) throw ApiException.Conflict("The request was carried out, and its answer is not kept (it was a stream, or too large): read the object instead.", "idempotency_answer_not_kept");
        http.Response.Headers["Idempotency-Replayed"] = "true";
        await Respond.BytesAsync(http, Convert.FromBase64String(kept.Body), kept.ContentType ?? Respond.Json, kept.Status);
    }

    private Document Document(Caller caller, string name, KeptAnswer answer) => new(Kind, Ids.New(), caller.Owner, JsonSerializer.SerializeToUtf8Bytes(answer, IdempotencyJson.Default.KeptAnswer))
    {
        Key = name,
        CreatedAt = time.GetUtcNow(),
        ExpiresAt = time.GetUtcNow() + KeptFor,
    };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <param name="Done">False while the first request is under way.</param>
internal sealed record KeptAnswer(string BodyHash, bool Done)
{
    public int Status { get; init; }
    public string? ContentType { get; init; }

    /// <summary>Base64; null when it was too large or a stream.</summary>
    public string? Body { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeptAnswer))]
internal sealed partial class IdempotencyJson : JsonSerializerContext;

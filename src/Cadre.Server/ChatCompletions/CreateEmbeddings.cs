using System.Text.Json;
using Cadre.Server.Definitions;
using Cadre.Server.Http;
using Cadre.Server.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>
/// POST /v1/embeddings, passed on. OpenAI's clients ask for base64 without their programs knowing; endpoints that give or accept only numbers are asked for
/// those, and the answer is converted.
/// </summary>
internal sealed class CreateEmbeddings(Upstream upstream, ModelNames names)
{
    private const string Base64 = "base64";

    public async Task HandleAsync(HttpContext http)
    {
        var body = await HeldBody.ReadAsync(http);
        try
        {
            var named = await ForwardedPost.NamedAsync(names, body.Members, http.RequestAborted);
            if (body.Members.EncodingFormat is { Value: Base64 } format && body.IsWhole) await ConvertAsync(http, body, named, format);
            else await PassThrough.ForwardAsync(http, upstream, "embeddings", body, named);
        }
        finally
        {
            body.Release();
        }
    }

    private async Task ConvertAsync(HttpContext http, HeldBody body, Replacement? named, TopMembers.Place format)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var length = http.Request.ContentLength;
        var response = await PassThrough.OpenAsync(http, upstream, "embeddings", body.Forward(length, named), plain: true, patience);
        try
        {
            if ((int)response.StatusCode is 400 or 422)
            {
                response.Dispose();
                response = await PassThrough.OpenAsync(http, upstream, "embeddings", body.Forward(length, named, Replacement.Of(format, "float")), plain: true, patience);
            }

            if (!response.IsSuccessStatusCode)
            {
                await PassThrough.AnswerAsync(http, upstream, response, patience, null);
                return;
            }

            var bytes = await PassThrough.ReadAsync(await response.Content.ReadAsStreamAsync(patience.Token), EmbeddingVectors.MaxBytes + 1, patience.Token);
            if (bytes.Length > EmbeddingVectors.MaxBytes) throw Unreadable();
            PassedHeaders.CopyToCaller(response, http.Response);
            await Respond.BytesAsync(http, EmbeddingVectors.ToBase64(bytes), response.Content.Headers.ContentType?.ToString() ?? Respond.Json);
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
        finally
        {
            response.Dispose();
        }
    }

    private static ApiException Unreadable() =>
        new(StatusCodes.Status502BadGateway, "The model endpoint's embeddings cannot be read.") { Type = "server_error", Code = "upstream_unreadable" };
}

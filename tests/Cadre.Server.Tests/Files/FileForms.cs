using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cadre.Server.Tests.Files;

/// <summary>Uploads as clients send them, down to the bytes.</summary>
internal static class FileForms
{
    public const string Boundary = "cadre-boundary-1";

    /// <param name="parts">Each: the headers' lines and the content, by '\n\n'.</param>
    public static async Task<(int Status, JsonElement Body)> SendRawAsync(HttpClient http, string path, params string[] parts)
    {
        var text = string.Concat(parts.Select(part => $"--{Boundary}\r\n{part[..part.IndexOf("\n\n", StringComparison.Ordinal)].Replace("\n", "\r\n")}\r\n\r\n{part[(part.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]}\r\n"))
            + $"--{Boundary}--\r\n";
        return await SendBytesAsync(http, path, Encoding.UTF8.GetBytes(text), $"multipart/form-data; boundary={Boundary}");
    }

    public static async Task<(int Status, JsonElement Body)> SendBytesAsync(HttpClient http, string path, byte[] body, string contentType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return await AnswerAsync(http, request);
    }

    public static async Task<(int Status, JsonElement Body)> AnswerAsync(HttpClient http, HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.Clone());
    }

    public static async Task<(int Status, JsonElement Body)> SendAsync(HttpClient http, string name, byte[] content, string purpose = "assistants", params (string Name, string Value)[] more)
    {
        using var form = new MultipartFormDataContent { { new StringContent(purpose), "purpose" }, { new ByteArrayContent(content), "file", name } };
        foreach (var (field, value) in more) form.Add(new StringContent(value), field);
        using var request = new HttpRequestMessage(HttpMethod.Post, "files") { Content = form };
        return await AnswerAsync(http, request);
    }

    public static Task<(int Status, JsonElement Body)> SendAsync(HttpClient http, string name, string content, string purpose = "assistants") =>
        SendAsync(http, name, Encoding.UTF8.GetBytes(content), purpose);

    /// <summary>Uploads, and gives the id.</summary>
    public static async Task<string> UploadAsync(this TestServer server, string name, string content, string purpose = "assistants")
    {
        var (status, body) = await SendAsync(server.Http, name, content, purpose);
        Assert.Equal(HttpStatusCode.OK, (HttpStatusCode)status);
        return body.GetProperty("id").GetString()!;
    }

    public static string? Text(this JsonElement body, string path)
    {
        foreach (var name in path.Split('.')) body = int.TryParse(name, out var index) ? body[index] : body.GetProperty(name);
        return body.ValueKind is JsonValueKind.String or JsonValueKind.Null ? body.GetString() : body.GetRawText();
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// Its effect is <see cref="Effect.Read"/>: GET and HEAD ask a server for nothing to be done (RFC 9110, 9.2.1), so a repeated call is
/// harmless. What may leave through a URL is for the network policy, which judges the host of the call and of each redirect.
/// </summary>
internal sealed class FetchUrlTool(Func<CallFacts, Verdict> judge, IAudit audit, WorkspaceToolOptions options, TimeProvider time) : ITool
{
    public const int MaxRedirects = 5;

    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "fetch_url",
        Effect.Read,
        "Fetches a page or file by HTTP and gives its text; HTML is reduced to readable text. Addresses inside private networks are refused.",
        """
        {"type":"object","properties":{
          "url":{"type":"string","minLength":1,"maxLength":4000,"description":"Begins with http:// or https://."},
          "method":{"type":"string","enum":["GET","HEAD"],"default":"GET"},
          "headers":{"type":"object","additionalProperties":{"type":"string"},"maxProperties":20,"description":"Request headers to add."}},
         "required":["url"],"additionalProperties":false}
        """) with { Timeout = options.FetchTime + TimeSpan.FromSeconds(5), OutputLimit = 64_000 };

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Hosts = WebAddress.TryParse(arguments.Text("url"), out var address, out _) ? [address.Host] : [],
    };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (!options.AllowNetwork) return ToolResult.Denied("The network is off here.");
        if (!WebAddress.TryParse(call.Arguments.Text("url"), out var address, out var problem)) return ToolResult.Failed(problem);
        if (RequestHeaders.Read(call.Arguments, out var headers) is { } refused) return ToolResult.Failed(refused);

        var dial = new GuardedDial(call, options.PrivateHosts, audit, time);
        using var timeout = new CancellationTokenSource(options.FetchTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await FollowAsync(dial, call, address, headers, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ToolResult.Failed($"'{address.Host.Host}' did not answer completely within {options.FetchTime.TotalSeconds:0} s.");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException && dial.BrokenAudit is null)
        {
            return dial.Refusal is { } refusal ? ToolResult.Denied(refusal) : ToolResult.Failed($"'{address.Host.Host}' could not be reached: {broken.GetBaseException().Message}");
        }
        catch (Exception) when (dial.BrokenAudit is { } broken)
        {
            throw new IOException("The audit cannot be written.", broken);
        }
    }

    private async Task<ToolResult> FollowAsync(GuardedDial dial, ToolCall call, WebAddress address, List<(string Name, string Value)> headers, CancellationToken cancellationToken)
    {
        using var handler = dial.CreateHandler();
        using var client = new HttpMessageInvoker(handler);
        var method = call.Arguments.Text("method", "GET") == "HEAD" ? HttpMethod.Head : HttpMethod.Get;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, address.Uri);
            request.Headers.TryAddWithoutValidation("User-Agent", "Cadre");
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return await DescribeAsync(response, method, address, cancellationToken);

            if (redirects == MaxRedirects) return ToolResult.Failed($"The server redirects more than {MaxRedirects} times.");
            if (!WebAddress.TryRedirect(address, location, out var next, out var problem)) return ToolResult.Failed(problem);
            if (Judge(call, address, next) is { } verdict)
            {
                await dial.RecordAsync("redirect", next, Verdict("refused", verdict.Rule), cancellationToken);
                return Refuse(verdict, next);
            }

            await dial.RecordAsync("redirect", next, Verdict("allowed", "same or allowed host"), cancellationToken);
            if (next.Host != address.Host) headers = [];
            address = next;
        }
    }

    /// <summary>Null when the redirect may be followed.</summary>
    private Verdict? Judge(ToolCall call, WebAddress from, WebAddress to)
    {
        if (from.Host.Scheme == "https" && to.Host.Scheme == "http") return new(VerdictKind.Deny, "fetch_url.downgrade", "It leads from https to http.");
        if (from.Host == to.Host) return null;
        var verdict = judge(Facts(call.Arguments) with { Hosts = [to.Host] });
        return verdict.Kind == VerdictKind.Allow ? null : verdict;
    }

    private static ToolResult Refuse(Verdict verdict, WebAddress to) => verdict.Kind == VerdictKind.Deny
        ? ToolResult.Denied($"The redirect to '{to.Host.Host}' was not followed: rule {verdict.Rule}. {verdict.Because}")
        : ToolResult.Failed($"The server redirects to {to.Host.Scheme}://{to.Uri.Authority}, another host, for which rule {verdict.Rule} wants to be asked. Call fetch_url for that URL itself: {to.Uri.AbsoluteUri}");

    private static Dictionary<string, string> Verdict(string verdict, string rule) => new() { ["verdict"] = verdict, ["rule"] = rule };

    private async Task<ToolResult> DescribeAsync(HttpResponseMessage response, HttpMethod method, WebAddress address, CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "unknown type";
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.StatusCode}, {type}, {address.Uri.AbsoluteUri}\n");
        if (method == HttpMethod.Head)
        {
            foreach (var header in response.Headers.Concat(response.Content.Headers).Take(50)) text.Append(CultureInfo.InvariantCulture, $"{header.Key}: {string.Join(", ", header.Value)}\n");
        }
        else
        {
            var (body, cut) = await ReadAsync(response.Content, cancellationToken);
            var shown = Text(body, type, response.Content.Headers.ContentType?.CharSet);
            text.Append('\n').Append(shown ?? $"[{body.Length:N0} bytes that are not text]");
            if (cut) text.Append(CultureInfo.InvariantCulture, $"\n[cut after {options.MaxFetchBytes:N0} bytes]");
        }

        return (int)response.StatusCode < 400 ? ToolResult.Ok(text.ToString().TrimEnd()) : ToolResult.Failed(text.ToString().TrimEnd());
    }

    private async Task<(byte[] Body, bool Cut)> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (body.Length <= options.MaxFetchBytes && await stream.ReadAsync(buffer, cancellationToken) is var read and > 0) body.Write(buffer, 0, read);
        var cut = body.Length > options.MaxFetchBytes;
        if (cut) body.SetLength(options.MaxFetchBytes);
        return (body.ToArray(), cut);
    }

    private static string? Text(byte[] body, string type, string? charset)
    {
        if (TextFile.IsBinary(body) && TextFile.EncodingOf(body).Encoding is UTF8Encoding) return null;
        var encoding = charset?.Trim('"').ToLowerInvariant() is "iso-8859-1" or "latin1" or "windows-1252" ? Encoding.Latin1 : Encoding.UTF8;
        using var reader = new StreamReader(new MemoryStream(body), encoding, detectEncodingFromByteOrderMarks: true);
        var text = reader.ReadToEnd();
        return type is "text/html" or "application/xhtml+xml" ? ReadableText.FromHtml(text) : text;
    }
}

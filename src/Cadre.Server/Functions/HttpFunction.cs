using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Server.Functions;

/// <summary>A call is one request; the policy judges the host before it is made.</summary>
internal sealed class HttpFunction(HttpFunctionFile file, FunctionHttp http) : ITool
{
    public ToolDescriptor Descriptor { get; } = new(file.Definition, file.Effect, ServerFunction.Provenance(file.Definition, $"{file.Method} {file.Url}"))
    {
        Timeout = file.Timeout + TimeSpan.FromSeconds(1),
    };

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Descriptor.Provenance.Source, Descriptor.Effect, arguments) { Hosts = [file.Host] };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        using var request = Compose(call);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(file.Timeout);
        try
        {
            var (status, text) = await http.SendAsync(request, file.AllowPrivate, patience.Token);
            return status is >= 200 and < 300 ? ToolResult.Ok(text) : ServerFunction.Failed($"The function answered with status {status}: {text}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ServerFunction.Failed($"The function did not answer within {file.Timeout.TotalSeconds:0} s.");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return ServerFunction.Failed($"The function could not be reached: {broken.GetBaseException().Message}");
        }
    }

    private HttpRequestMessage Compose(ToolCall call)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var url = HttpFunctionFile.Placeholder().Replace(file.Url, match =>
        {
            used.Add(match.Groups[1].Value);
            return Uri.EscapeDataString(Segment(call.Arguments, match.Groups[1].Value));
        });
        var inQuery = file.Method == HttpMethod.Get || file.Method == HttpMethod.Delete;
        if (inQuery)
        {
            var query = new StringBuilder(url.Contains('?', StringComparison.Ordinal) ? "&" : "?");
            foreach (var argument in call.Arguments.EnumerateObject())
            {
                if (used.Contains(argument.Name)) continue;
                if (query.Length > 1) query.Append('&');
                query.Append(Uri.EscapeDataString(argument.Name)).Append('=').Append(Uri.EscapeDataString(Text(argument.Value)));
            }

            if (query.Length > 1) url += query.ToString();
        }

        var request = new HttpRequestMessage(file.Method, url);
        if (!inQuery) request.Content = new ByteArrayContent(Body(call.Arguments, used)) { Headers = { { "Content-Type", "application/json" } } };
        request.Headers.TryAddWithoutValidation("User-Agent", "cadre");
        if (file.Effect == Effect.Idempotent) request.Headers.TryAddWithoutValidation("Idempotency-Key", call.Key);
        foreach (var (name, value) in file.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>"." and ".." would climb out of the path that the operator wrote.</summary>
    private static string Segment(JsonElement arguments, string name)
    {
        var text = arguments.TryGetProperty(name, out var value) ? Text(value) : "";
        return text is "." or ".." ? "" : text;
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static byte[] Body(JsonElement arguments, HashSet<string> used)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var argument in arguments.EnumerateObject())
            {
                if (!used.Contains(argument.Name)) argument.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}

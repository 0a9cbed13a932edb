using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;

namespace Cadre.Server.Registry;

/// <summary>What the platform's tools have in common: a schema that is part of their hash, refusals that the caller can act on, results that are one JSON object.</summary>
internal abstract class PlatformTool : IPlatformTool
{
    private const string Version = "1";

    // The text is for a model, never for a page: what need not be escaped in JSON stays readable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="source">"builtin:AREA".</param>
    protected PlatformTool(string source, string name, string description, string parameters, Effect effect)
    {
        var schema = JsonElement.Parse(parameters);
        Descriptor = new(new(name, description, schema), effect, new(source, Version, CallHash.OfText($"{name}\0{description}\0{schema.GetRawText()}")));
    }

    public ToolDescriptor Descriptor { get; protected init; }
    public abstract string Title { get; }
    public abstract JsonElement OutputSchema { get; }
    public abstract string Grant { get; }
    public virtual bool IsDestructive => false;
    public virtual bool IsForPeople => false;

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await ActAsync(call, new(call.Arguments), cancellationToken);
        }
        catch (ApiException refusal)
        {
            return Refused(refusal.Message);
        }
    }

    /// <exception cref="ApiException">What the caller is told.</exception>
    protected abstract ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken);

    protected virtual ToolResult Refused(string message) => ToolResult.Failed(message);

    /// <summary>One JSON object, as structured content and as text for the model.</summary>
    /// <param name="write">Its members.</param>
    internal static ToolResult Result(ToolStatus status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Readable);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return new(status, Encoding.UTF8.GetString(buffer.WrittenSpan), JsonElement.Parse(buffer.WrittenSpan));
    }
}

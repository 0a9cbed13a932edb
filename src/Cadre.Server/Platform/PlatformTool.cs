using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;

namespace Cadre.Server.Platform;

/// <summary>A tool over templates, assistants, sessions and runs of whoever the call is made for. Another's id is told as one that is not there.</summary>
internal abstract class PlatformTool : IPlatformTool
{
    public const string Source = "builtin:platform";
    private const string Version = "1";

    /// <summary>Items of a page.</summary>
    protected const int DefaultPage = 20;

    protected const int MaxPage = 50;

    /// <summary>Seconds that a result is waited for.</summary>
    protected const int DefaultWait = 60;

    protected const int MaxWait = 100;

    protected const string PageSchema = """
        "limit":{"type":"integer","minimum":1,"maximum":50,"default":20,"description":"Items of a page."},
        "cursor":{"type":"string","maxLength":500,"description":"next_cursor of the page before; the other arguments must be the same."}
        """;

    protected const string WaitSchema =
        """ "wait_seconds":{"type":"integer","minimum":0,"maximum":100,"default":60,"description":"How long to wait for the run; it goes on afterwards, with the status in_progress."} """;

    protected const string NextSchema = """ "next_cursor":{"type":"string","description":"Given while there is more."} """;

    // The text is for a model, never for a page: what need not be escaped in JSON stays readable.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected PlatformTool(string name, string description, string parameters, Effect effect)
    {
        var schema = JsonElement.Parse(parameters);
        Descriptor = new(new(name, description, schema), effect, new(Source, Version, CallHash.OfText($"{name}\0{description}\0{schema.GetRawText()}")))
        {
            Timeout = TimeSpan.FromSeconds(MaxWait + 20),
        };
    }

    public ToolDescriptor Descriptor { get; }
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
            return ToolResult.Failed(refusal.Message);
        }
    }

    /// <exception cref="ApiException">What the caller is told.</exception>
    protected abstract ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken);

    protected static JsonElement Schema(string properties, string required) =>
        JsonElement.Parse($$"""{"type":"object","properties":{ {{properties}} },"required":[{{required}}]}""");

    /// <param name="write">The members of the result.</param>
    protected static ToolResult Ok(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Readable);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return ToolResult.Ok(Encoding.UTF8.GetString(buffer.WrittenSpan), JsonElement.Parse(buffer.WrittenSpan));
    }

    /// <summary>A page under the member <paramref name="name"/>.</summary>
    /// <param name="next">Null: it is the last.</param>
    protected static ToolResult Page<T>(string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, string? next) => Ok(json =>
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
        if (next is not null) json.WriteString("next_cursor", next);
    });

    protected static int Limit(Fields arguments) => (int)(arguments.Integer("limit", 1, MaxPage) ?? DefaultPage);
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Rendering;

/// <summary>One JSON object a line on standard output, for programs. Members are added, never changed or taken away.</summary>
internal sealed class JsonLines(TextWriter output)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary><c>{"run":"…","seq":0,"event":{"type":"run.started",…}}</c></summary>
    public void Write(FeedItem.Fact fact) => Write(json =>
    {
        json.WriteString("run", fact.Run.ToString());
        json.WriteNumber("seq", fact.Seq);
        json.WritePropertyName("event");
        JsonSerializer.Serialize(json, fact.Event, RunJson.Default.RunEvent);
    });

    public void Write(Action<Utf8JsonWriter> members)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        output.Write('\n');
        output.Flush();
    }
}

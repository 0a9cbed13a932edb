using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;

namespace Cadre.Server.Platform;

/// <summary>A tool over templates, assistants, sessions and runs of whoever the call is made for. Another's id is told as one that is not there.</summary>
internal abstract class AssistantsTool : PlatformTool
{
    public const string Source = "builtin:platform";

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

    protected AssistantsTool(string name, string description, string parameters, Effect effect)
        : base(Source, name, description, parameters, effect) => Descriptor = Descriptor with { Timeout = TimeSpan.FromSeconds(MaxWait + 20) };

    protected static JsonElement Schema(string properties, string required) =>
        JsonElement.Parse($$"""{"type":"object","properties":{ {{properties}} },"required":[{{required}}]}""");

    /// <param name="write">The members of the result.</param>
    protected static ToolResult Ok(Action<Utf8JsonWriter> write) => Result(ToolStatus.Succeeded, write);

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

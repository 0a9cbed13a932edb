using System.Text.Json;

namespace Cadre.Server.Assistants.Import;

/// <summary>What an import came to.</summary>
internal sealed class ImportReport
{
    private readonly SortedDictionary<string, int> _imported = new(StringComparer.Ordinal)
    {
        [ImportLine.Assistant] = 0,
        [ImportLine.Thread] = 0,
        [ImportLine.Message] = 0,
        [ImportLine.File] = 0,
    };

    /// <summary>Lines that were there already.</summary>
    public int Unchanged { get; set; }

    public List<(int Line, string Reason)> Errors { get; } = [];

    public void Count(string type) => _imported[type]++;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("object", "cadre.import");
        json.WriteStartObject("imported");
        foreach (var (type, count) in _imported) json.WriteNumber(type, count);
        json.WriteEndObject();
        json.WriteNumber("unchanged", Unchanged);
        json.WriteStartArray("errors");
        foreach (var (line, reason) in Errors.OrderBy(error => error.Line))
        {
            json.WriteStartObject();
            json.WriteNumber("line", line);
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

using System.Text.Json.Serialization;

namespace Cadre.Server.Tests.Mcp;

[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class NotesJson : JsonSerializerContext;

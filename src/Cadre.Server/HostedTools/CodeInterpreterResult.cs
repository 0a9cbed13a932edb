using System.Buffers;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Files;
using Cadre.Server.Files.Containers;

namespace Cadre.Server.HostedTools;

/// <summary>
/// What a run of code gives: for the model a text, for the protocols
/// <c>{"input", "container_id", "outputs": [{"type": "logs", "logs"} | {"type": "image", "file_id"}], "files": [{"path", "file_id", "filename", "bytes"}]}</c>.
/// </summary>
internal static class CodeInterpreterResult
{
    private static readonly string[] Images = [".png", ".jpg", ".jpeg", ".gif", ".webp"];

    /// <param name="WasRenewed">The container's former interpreter, with its variables, is gone.</param>
    internal sealed record Ran(string Code, CodeInterpreterProcess.Answer Answer, bool WasRenewed);

    public static ToolResult Of(Ran ran, Container container, IReadOnlyList<ContainerFile> made)
    {
        var text = new StringBuilder();
        if (ran.WasRenewed) text.Append("(The interpreter was started anew: variables of earlier calls are gone, files are there.)\n");
        text.Append(ran.Answer.Logs.Length > 0 ? ran.Answer.Logs : "(no output)\n");
        foreach (var file in made) text.Append($"\nKept: {ContainerFile.Root}{file.Path} ({file.Bytes} bytes)");
        foreach (var path in ran.Answer.LeftOut.Take(CodeInterpreterProcess.MaxFiles)) text.Append($"\nNot kept, too large or too many: {Bounded.Line(path, 200)}");
        return ToolResult.Ok(text.ToString(), Structured(ran.Code, ran.Answer.Logs, container, made));
    }

    public static ToolResult Failed(string code, Container container, string message) => new(ToolStatus.Failed, message, Structured(code, message, container, []));

    /// <summary>For the document that a probe reads.</summary>
    public static byte[] Write(ToolResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("output", result.Output);
            json.WritePropertyName("structured");
            result.Structured!.Value.WriteTo(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static ToolResult Read(ReadOnlyMemory<byte> mark)
    {
        using var document = JsonDocument.Parse(mark);
        return ToolResult.Ok(document.RootElement.GetProperty("output").GetString()!, document.RootElement.GetProperty("structured").Clone());
    }

    private static JsonElement Structured(string code, string logs, Container container, IReadOnlyList<ContainerFile> made)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("input", code);
            json.WriteString("container_id", Container.Prefix + container.Id);
            json.WriteStartArray("outputs");
            if (logs.Length > 0)
            {
                json.WriteStartObject();
                json.WriteString("type", "logs");
                json.WriteString("logs", logs);
                json.WriteEndObject();
            }

            foreach (var image in made.Where(file => Images.Contains(Path.GetExtension(file.Path).ToLowerInvariant())))
            {
                json.WriteStartObject();
                json.WriteString("type", "image");
                json.WriteString("file_id", StoredFile.Prefix + image.Id);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("files");
            foreach (var file in made)
            {
                json.WriteStartObject();
                json.WriteString("path", ContainerFile.Root + file.Path);
                json.WriteString("file_id", StoredFile.Prefix + file.Id);
                json.WriteString("filename", Path.GetFileName(file.Path));
                json.WriteNumber("bytes", file.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }
}

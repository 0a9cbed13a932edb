using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Files;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>The parts of a message's content, read and written.</summary>
internal static class ContentParts
{
    /// <returns>False when the part has something that the thread's own part does not say.</returns>
    public static bool Read(Fields part, ImmutableArray<Part>.Builder into)
    {
        switch (part.RequiredText("type"))
        {
            case "input_text" or "text":
                into.Add(new Part.Text(part.RequiredText("text", InputItems.MaxTextLength)));
                return part.Raw.GetPropertyCount() == 2;
            case "output_text":
                into.Add(new Part.Text(part.RequiredText("text", InputItems.MaxTextLength)));
                return part.Array("annotations") is not { Count: > 0 };
            case "refusal":
                into.Add(new Part.Refusal(part.RequiredText("refusal")));
                return true;
            case "input_image":
                var (image, url) = (part.Text("file_id"), part.Text("image_url"));
                if (image is null && url is null) throw ApiException.Missing(part.At("image_url"));
                into.Add(new Part.Image(FileOf(image), url, part.Word("detail", "low", "high", "auto", "original")));
                return true;
            case "input_file":
                var (file, data, fileUrl) = (part.Text("file_id"), part.Text("file_data"), part.Text("file_url"));
                if (file is null && data is null && fileUrl is null) throw ApiException.Missing(part.At("file_id"));
                into.Add(new Part.File(FileOf(file), fileUrl, data, part.Text("filename")));
                return !part.Has("detail");
            case var other:
                throw ApiException.WrongValue(part.At("type"), other, "input_text", "input_image", "input_file", "output_text", "refusal");
        }
    }

    /// <param name="speaker">Whose words: what a user gives and what an assistant says have parts of their own.</param>
    public static void Write(Utf8JsonWriter json, Part part, Speaker speaker)
    {
        switch (part)
        {
            case Part.Text text when speaker == Speaker.Assistant:
                WriteOutput(json, text.Value, text.Annotations);
                break;
            case Part.Text text:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_text"u8);
                json.WriteString("text"u8, text.Value);
                json.WriteEndObject();
                break;
            case Part.Refusal refusal:
                json.WriteStartObject();
                json.WriteString("type"u8, "refusal"u8);
                json.WriteString("refusal"u8, refusal.Value);
                json.WriteEndObject();
                break;
            case Part.Image image:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_image"u8);
                json.WriteString("image_url"u8, image.Url);
                json.WriteString("file_id"u8, IdOf(image.FileId));
                json.WriteString("detail"u8, image.Detail ?? "auto");
                json.WriteEndObject();
                break;
            case Part.File file:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_file"u8);
                json.WriteString("file_id"u8, IdOf(file.FileId));
                if (file.Name is { } name) json.WriteString("filename"u8, name);
                if (file.Data is { } data) json.WriteString("file_data"u8, data);
                if (file.Url is { } url) json.WriteString("file_url"u8, url);
                json.WriteEndObject();
                break;
        }
    }

    public static void WriteOutput(Utf8JsonWriter json, ReadOnlySpan<char> text, ImmutableArray<Annotation> annotations)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text);
        json.WriteStartArray("annotations"u8);
        if (!annotations.IsDefaultOrEmpty)
        {
            foreach (var annotation in annotations) Write(json, annotation);
        }

        json.WriteEndArray();
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Annotation annotation)
    {
        json.WriteStartObject();
        switch (annotation)
        {
            case { Container: { } container }:
                json.WriteString("type"u8, "container_file_citation"u8);
                json.WriteString("container_id"u8, container.StartsWith(ItemIds.Container, StringComparison.Ordinal) ? container : $"{ItemIds.Container}{container}");
                json.WriteString("file_id"u8, IdOf(annotation.FileId));
                json.WriteNumber("start_index"u8, annotation.Start);
                json.WriteNumber("end_index"u8, annotation.End);
                json.WriteString("filename"u8, annotation.FileName);
                break;
            case { Kind: "path" }:
                json.WriteString("type"u8, "file_path"u8);
                json.WriteString("file_id"u8, IdOf(annotation.FileId));
                json.WriteNumber("index"u8, annotation.Start);
                break;
            default:
                json.WriteString("type"u8, "file_citation"u8);
                json.WriteString("file_id"u8, IdOf(annotation.FileId));
                json.WriteNumber("index"u8, annotation.Start);
                json.WriteString("filename"u8, annotation.FileName);
                break;
        }

        json.WriteEndObject();
    }

    private static string? FileOf(string? id) => id is null ? null : StoredFile.IdOf(id) ?? id;

    private static string? IdOf(string? file) => file is null ? null : $"{StoredFile.Prefix}{file}";
}

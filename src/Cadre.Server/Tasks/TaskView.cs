using System.Text.Json;

namespace Cadre.Server.Tasks;

/// <summary>A task as the API shows it.</summary>
internal static class TaskView
{
    public static void Write(Utf8JsonWriter json, UserTask task)
    {
        json.WriteStartObject();
        json.WriteString("id", task.PublicId);
        json.WriteString("title", task.Title);
        json.WriteString("description", task.Description);
        json.WriteString("status", task.Status);
        json.WriteString("priority", task.Priority);
        json.WriteString("due_at", task.Due?.Shown);
        json.WriteStartArray("tags");
        foreach (var tag in task.Tags) json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteString("created_at", TaskDue.Show(task.CreatedAt));
        json.WriteString("updated_at", TaskDue.Show(task.UpdatedAt));
        json.WriteString("completed_at", task.CompletedAt is { } at ? TaskDue.Show(at) : null);
        json.WriteNumber("version", task.Version);
        json.WriteEndObject();
    }
}

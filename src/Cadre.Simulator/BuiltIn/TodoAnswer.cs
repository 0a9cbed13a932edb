using System.Text.Json;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>Requests about tasks as <c>todo_*</c> calls. A task that is named by its title is looked up first; its id is
/// taken from what <c>todo_list</c> really returned.</summary>
internal static class TodoAnswer
{
    public static Answer? Act(Prompt prompt)
    {
        if (!prompt.Tools.Any(static tool => tool.Name.StartsWith("todo_", StringComparison.Ordinal)) || TodoRequest.Parse(prompt.LastUser) is not { } request)
        {
            return null;
        }

        return request.Kind switch
        {
            TodoKind.Create when prompt.Offers("todo_create") && prompt.Exchanges.Count == 0 =>
                new() { Parts = [.. request.Titles.Select(static title => new AnswerPart.Call("todo_create", JsonText.Of(("title", title))))] },
            TodoKind.List when prompt.Offers("todo_list") && prompt.Exchanges.Count == 0 => Answer.Call("todo_list", "{}"),
            TodoKind.Complete => OnFound(prompt, request, "todo_complete"),
            TodoKind.Delete => OnFound(prompt, request, "todo_delete"),
            TodoKind.Rename => OnFound(prompt, request, "todo_update"),
            _ => null,
        };
    }

    public static Answer? Conclude(Prompt prompt)
    {
        if (prompt.Exchanges is not [.., { Name: "todo_list" } listed] || TodoRequest.Parse(prompt.LastUser) is not { } request)
        {
            return Told(prompt);
        }

        var tasks = Tasks(listed.Output);
        if (request.Kind == TodoKind.List)
        {
            return Answer.Say(tasks.Count == 0
                ? $"There are no tasks. `todo_list` returned: {Quote.Line(listed.Output, 200)}"
                : $"You have {(tasks.Count == 1 ? "1 task" : $"{tasks.Count} tasks")}:\n{string.Join('\n', tasks.Select(static task => $"- {task.Title}{(task.State.Length > 0 ? $" ({task.State})" : "")}"))}");
        }

        return Answer.Say(tasks.Count == 0
            ? $"There is no task called “{request.Titles[0]}”: the list is empty."
            : $"There is no task called “{request.Titles[0]}”. The list has: {string.Join(", ", tasks.Select(static task => $"“{task.Title}”"))}.");
    }

    /// <summary>What the calls that changed tasks said of themselves; null where one of them said nothing.</summary>
    private static Answer? Told(Prompt prompt)
    {
        var messages = prompt.Exchanges
            .Where(static exchange => exchange.Name.StartsWith("todo_", StringComparison.Ordinal) && exchange.Name != "todo_list")
            .Select(static exchange => JsonText.TryParse(exchange.Output)?.Get("message"))
            .ToArray();
        return messages.Length > 0 && messages.All(static message => message is { ValueKind: JsonValueKind.String })
            ? Answer.Say(string.Join('\n', messages.Select(static message => message!.Value.GetString())))
            : null;
    }

    /// <summary>List, then act on the id that was found; null when the task is not there or the act is done.</summary>
    private static Answer? OnFound(Prompt prompt, TodoRequest request, string toolName)
    {
        var tool = prompt.Tools.FirstOrDefault(tool => tool.Name == toolName);
        if (tool is null || prompt.Exchanges.Any(exchange => exchange.Name == toolName))
        {
            return null;
        }

        if (prompt.Exchanges.LastOrDefault(static exchange => exchange.Name == "todo_list") is not { } listed)
        {
            return prompt.Offers("todo_list") ? Answer.Call("todo_list", "{}") : null;
        }

        var tasks = Tasks(listed.Output);
        var title = request.Titles[0];
        var found = tasks.FirstOrDefault(task => task.Title.Equals(title, StringComparison.OrdinalIgnoreCase))
            ?? tasks.FirstOrDefault(task => task.Id == title)
            ?? tasks.FirstOrDefault(task => task.Title.Contains(title, StringComparison.OrdinalIgnoreCase));
        return found is null ? null : Answer.Call(toolName, Arguments(tool, found.Id, request.NewTitle));
    }

    private static string Arguments(OfferedTool tool, string id, string? newTitle)
    {
        var idName = "task_id";
        var isNumber = false;
        if (tool.Parameters.Get("properties") is { ValueKind: JsonValueKind.Object } properties)
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (property.Name == "id" || property.Name.EndsWith("_id", StringComparison.Ordinal))
                {
                    idName = property.Name;
                    isNumber = property.Value.Get("type") is { ValueKind: JsonValueKind.String } type && type.GetString() == "integer";
                    break;
                }
            }
        }

        return JsonText.Write(json =>
        {
            json.WriteStartObject();
            if (isNumber && long.TryParse(id, out var number))
            {
                json.WriteNumber(idName, number);
            }
            else
            {
                json.WriteString(idName, id);
            }

            if (newTitle is not null)
            {
                json.WriteString("title", newTitle);
            }

            json.WriteEndObject();
        });
    }

    private static List<ListedTask> Tasks(string output)
    {
        var found = new List<ListedTask>();
        if (JsonText.TryParse(output) is not { } json)
        {
            return found;
        }

        var list = json.ValueKind == JsonValueKind.Array ? json : json.Get("tasks") ?? json.Get("todos") ?? json.Get("data") ?? json.Get("items") ?? default;
        if (list.ValueKind != JsonValueKind.Array)
        {
            return found;
        }

        foreach (var task in list.EnumerateArray())
        {
            var id = task.Get("task_id") ?? task.Get("id");
            var title = task.Get("title") ?? task.Get("name");
            if (id is { } idValue && title is { ValueKind: JsonValueKind.String } titleValue)
            {
                found.Add(new(idValue.ToString(), titleValue.GetString()!, State(task)));
            }
        }

        return found;
    }

    private static string State(JsonElement task) => task.Get("status") is { ValueKind: JsonValueKind.String } status ? status.GetString()!
        : task.Get("completed") is { ValueKind: JsonValueKind.True } ? "completed"
        : "";

    private sealed record ListedTask(string Id, string Title, string State);
}

using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Tasks;

/// <summary>/api/v1/tasks: the caller's own tasks, the same that its chats work on.</summary>
internal sealed class TaskOperations(ServerContext context, TaskBook book)
{
    private const string Route = "/api/v1/tasks/{task}";

    /// <summary>Room for the longest description with each of its characters escaped.</summary>
    private const int MaxBody = 256 << 10;

    /// <summary>Others may change the same task meanwhile so often.</summary>
    private const int Tries = 16;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/tasks", CreateAsync);
        routes.MapGet("/api/v1/tasks", ListAsync);
        routes.MapGet("/api/v1/tasks/summary", SummaryAsync);
        routes.MapGet(Route, GetAsync);
        routes.MapPatch(Route, http => EditAsync(http, TaskForm.Apply));
        routes.MapPut(Route, http => EditAsync(http, TaskForm.Replace));
        routes.MapDelete(Route, DeleteAsync);
        routes.MapPost(Route + "/complete", http => SetAsync(http, static (task, now) => TaskForm.InStatus(task, UserTask.Completed, now)));
        routes.MapPost(Route + "/reopen", http => SetAsync(http, static (task, now) => task.IsOpen ? task : TaskForm.InStatus(task, UserTask.Pending, now)));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await BodyAsync(http);
        var task = await MakeAsync(() => book.CreateAsync(Caller.Of(http).Owner, Ids.New(), body, http.RequestAborted), http);
        http.Response.Headers.Location = $"/api/v1/tasks/{task.PublicId}";
        await ShowAsync(http, task, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var given = http.Request.Query;
        if (given.Keys.FirstOrDefault(name => !TaskQueryForm.Names.Contains(name)) is { } unknown)
            throw ApiException.BadRequest($"Unknown parameter: '{unknown}'. Tasks are found by {string.Join(", ", TaskQueryForm.Names)}.", unknown, "unknown_parameter");
        var query = TaskQueryForm.Read(name => [.. given[name].OfType<string>().Where(value => value.Length > 0)]);
        var page = await book.ListAsync(Caller.Of(http).Owner, query, http.RequestAborted);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var task in page.Tasks) TaskView.Write(json, task);
            json.WriteEndArray();
            json.WriteBoolean("has_more", page.HasMore);
            json.WriteString("next_cursor", page.Next);
            json.WriteEndObject();
        });
    }

    private async Task SummaryAsync(HttpContext http)
    {
        var summary = await book.SummaryAsync(Caller.Of(http).Owner, http.RequestAborted);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("total", summary.Counts.Values.Sum());
            json.WriteStartObject("by_status");
            foreach (var status in UserTask.Statuses) json.WriteNumber(status, summary.Counts.GetValueOrDefault(status));
            json.WriteEndObject();
            json.WriteNumber("overdue", summary.Overdue);
            json.WriteEndObject();
        });
    }

    private async Task GetAsync(HttpContext http)
    {
        var task = await book.GetAsync(Caller.Of(http).Owner, TaskId(http), http.RequestAborted);
        if (!TaskTag.IsKnown(http, task))
        {
            await ShowAsync(http, task);
            return;
        }

        TaskTag.Set(http, task);
        http.Response.StatusCode = StatusCodes.Status304NotModified;
    }

    private async Task EditAsync(HttpContext http, Func<UserTask, Fields, DateTimeOffset, UserTask> edit)
    {
        var body = await BodyAsync(http);
        await SetAsync(http, (task, now) => edit(task, body, now));
    }

    private async Task SetAsync(HttpContext http, Func<UserTask, DateTimeOffset, UserTask> change) => await ShowAsync(http, await MakeAsync(
        () => book.ChangeAsync(Caller.Of(http).Owner, TaskId(http), (task, now) =>
        {
            TaskTag.Require(http, task);
            return change(task, now);
        }, http.RequestAborted), http));

    private async Task DeleteAsync(HttpContext http)
    {
        await MakeAsync(() => book.DeleteAsync(Caller.Of(http).Owner, TaskId(http), task => TaskTag.Require(http, task), http.RequestAborted), http);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Commits what is decided; where somebody was faster it is decided anew, on what is there then.</summary>
    private async ValueTask<UserTask> MakeAsync(Func<ValueTask<TaskChange>> decide, HttpContext http)
    {
        for (var tries = 0; tries < Tries; tries++)
        {
            var change = await decide();
            if (change.Changes.Count == 0 || (await context.Store.CommitAsync(change.Changes, http.RequestAborted)).Won) return change.Task;
        }

        throw ApiException.Conflict("The task is being changed by others all the time. Nothing was done: try again.", "task_busy");
    }

    private static async ValueTask<Fields> BodyAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http, MaxBody);
        TaskForm.RefuseUnknown(body);
        return body;
    }

    private static async Task ShowAsync(HttpContext http, UserTask task, int status = StatusCodes.Status200OK)
    {
        TaskTag.Set(http, task);
        await Respond.WriteAsync(http, json => TaskView.Write(json, task), status);
    }

    private static string TaskId(HttpContext http) => (string)http.Request.RouteValues["task"]!;
}

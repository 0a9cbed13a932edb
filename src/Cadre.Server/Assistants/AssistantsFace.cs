using Cadre.Server.Assistants.Import;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Assistants;

/// <summary>Assistants v2: assistants, threads, messages, runs and their steps; and the import of them.</summary>
internal static class AssistantsFace
{
    private const string Assistants = "/v1/assistants";
    private const string Assistant = Assistants + "/{assistant}";
    private const string Threads = "/v1/threads";
    private const string Thread = Threads + "/{thread}";
    private const string Messages = Thread + "/messages";
    private const string Message = Messages + "/{message}";
    private const string Runs = Thread + "/runs";
    private const string Run = Runs + "/{run}";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var assistants = new AssistantOperations(context);
        routes.MapPost(Assistants, assistants.CreateAsync);
        routes.MapGet(Assistants, assistants.ListAsync);
        routes.MapGet(Assistant, assistants.GetAsync);
        routes.MapPost(Assistant, assistants.ModifyAsync);
        routes.MapDelete(Assistant, assistants.DeleteAsync);

        var threads = new ThreadOperations(context, new(context));
        routes.MapPost(Threads, threads.CreateAsync);
        routes.MapGet(Threads, threads.ListAsync);
        routes.MapGet(Thread, threads.GetAsync);
        routes.MapPost(Thread, threads.ModifyAsync);
        routes.MapDelete(Thread, threads.DeleteAsync);

        var messages = new MessageOperations(context, threads);
        routes.MapPost(Messages, messages.CreateAsync);
        routes.MapGet(Messages, messages.ListAsync);
        routes.MapGet(Message, messages.GetAsync);
        routes.MapPost(Message, messages.ModifyAsync);
        routes.MapDelete(Message, messages.DeleteAsync);

        var records = new RunRecords(context);
        var streaming = new RunStreaming(context, records);
        var runs = new RunOperations(context, new(context, assistants, threads), records, streaming, threads);
        routes.MapPost(Threads + "/runs", runs.CreateWithThreadAsync);
        routes.MapPost(Runs, runs.CreateAsync);
        routes.MapGet(Runs, runs.ListAsync);
        routes.MapGet(Run, runs.GetAsync);
        routes.MapPost(Run, runs.ModifyAsync);
        routes.MapPost(Run + "/cancel", runs.CancelAsync);
        routes.MapPost(Run + "/submit_tool_outputs", new ToolOutputOperations(context, records, streaming).SubmitAsync);
        routes.MapGet(Run + "/events", streaming.ResumeAsync);

        routes.MapPost("/v1/cadre/import", new ImportOperation(context).ImportAsync);
        context.Work.Add("expiry of runs", new RunExpiry(context, RunSettings.Face).RunAsync);

        var steps = new StepOperations(records);
        routes.MapGet(Run + "/steps", steps.ListAsync);
        routes.MapGet(Run + "/steps/{step}", steps.GetAsync);
    }
}

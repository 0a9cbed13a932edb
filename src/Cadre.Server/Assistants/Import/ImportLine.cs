using Cadre.Engine.Tools;
using Cadre.Server.Definitions;
using Cadre.Server.Files;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Assistants.Import;

/// <summary>One of OpenAI's objects out of an export, with its id.</summary>
/// <param name="Number">In its file; 1 is the first.</param>
/// <param name="Body">The line's object.</param>
internal sealed record ImportLine(int Number, Fields Body)
{
    public const string Assistant = "assistant";
    public const string Thread = "thread";
    public const string Message = "thread.message";
    public const string File = "file";

    public string Type
    {
        get
        {
            if (Body.Text("object") is null) throw ApiException.Missing("object");
            return Body.Word("object", Assistant, Thread, Message, File)!;
        }
    }

    public string Kind => Type switch
    {
        Assistant => AgentDefinition.Kind,
        Thread => ThreadStore.ThreadKind,
        Message => ThreadStore.ItemKind,
        _ => StoredFile.Kind,
    };

    /// <summary>Bare.</summary>
    public string Id => Type switch
    {
        Assistant => BareId(AssistantIds.Assistant),
        Thread => BareId(AssistantIds.Thread),
        Message => BareId(AssistantIds.Message),
        _ => BareId(AssistantIds.File),
    };

    /// <summary>Bare; of a message.</summary>
    public string ThreadId => AssistantIds.Bare(AssistantIds.Thread, Body.RequiredText("thread_id"), "thread_id", AssistantIds.NoThread);

    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeSeconds(Body.Integer("created_at", 0, MaxSeconds) ?? throw ApiException.Missing("created_at"));

    /// <summary>The end of the year 9999.</summary>
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>What the line is in the store; not for a file, whose content is stored first.</summary>
    public Document Document(Owner owner)
    {
        var at = CreatedAt;
        return Type switch
        {
            Assistant => AssistantForm.Document(AssistantForm.Create(Body, at) with { Id = Id, Tools = ToolForm.Read(Body) }, owner),
            Thread => ThreadStore.Document(ThreadForm.Modify(new ConversationThread(Id) { CreatedAt = at, Face = RunSettings.Face }, Body), owner),
            _ => ThreadStore.Document(Item(at), ThreadId, owner),
        };
    }

    private ThreadItem Item(DateTimeOffset at) => MessageForm.Read(Body, at, mayBeEmpty: true) with
    {
        Id = Id,
        Run = Body.Text("run_id") is { } run ? AssistantIds.Bare(AssistantIds.Run, run, "run_id", AssistantIds.NoRun) : null,
        Agent = Body.Text("assistant_id") is { } agent ? AssistantIds.Bare(AssistantIds.Assistant, agent, "assistant_id", AssistantIds.NoAssistant) : null,
        Incomplete = Body.Text("status") == MessageRendering.Incomplete,
    };

    private string BareId(string prefix) => AssistantIds.Bare(prefix, Body.RequiredText("id"), "id", id => ApiException.BadRequest($"Invalid 'id': '{id}'.", "id", "invalid_value"));
}

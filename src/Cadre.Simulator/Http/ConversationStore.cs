using System.Text.Json;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Http;

/// <summary>The latest stored responses, for <c>previous_response_id</c>. Safe for concurrent use.</summary>
internal sealed class ConversationStore
{
    public const int MaxResponses = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<Turn>> _turns = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public IReadOnlyList<Turn> Before(JsonElement body)
    {
        if (body.GetText("previous_response_id") is not { } id)
        {
            return [];
        }

        lock (_gate)
        {
            return _turns.TryGetValue(id, out var turns)
                ? turns
                : throw new RequestRefusedException(400, $"Previous response with id '{id}' not found.", "previous_response_not_found", "previous_response_id");
        }
    }

    public void Keep(Reply reply)
    {
        if (!reply.Prompt.Body.GetFlag("store", otherwise: true))
        {
            return;
        }

        var turns = new List<Turn>(reply.Prompt.Turns);
        foreach (var item in reply.Items)
        {
            turns.Add(item switch
            {
                ReplyItem.Text text => new Turn.Assistant(text.Said),
                ReplyItem.Call call => new Turn.Call(call.CallId, call.Name, call.Arguments),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }

        lock (_gate)
        {
            _turns[reply.Id] = turns;
            _order.Enqueue(reply.Id);
            if (_order.Count > MaxResponses)
            {
                _turns.Remove(_order.Dequeue());
            }
        }
    }
}

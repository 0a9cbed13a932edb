using System.Text;
using Cadre.Engine.Models;
using Cadre.Models.Http;

namespace Cadre.Models.Wires;

/// <summary>The tool calls of one reply, growing side by side.</summary>
internal sealed class CallBuilder(List<ModelChunk> chunks)
{
    private readonly List<Growing> _calls = [];

    public int Count => _calls.Count;

    public IEnumerable<ToolRequest> Requests => _calls.Where(call => call.Name.Length > 0).Select(call => new ToolRequest(call.Id, call.Name, call.Arguments.ToString()));

    public Growing? Last => _calls.LastOrDefault();

    public Growing? Find(Func<Growing, bool> match) => _calls.FindLast(call => match(call));

    /// <param name="id">Made up when the endpoint gives none, or one that another call of this reply has.</param>
    public Growing Add(int? index, string? id)
    {
        if (_calls.Count == WireLimits.Calls) throw new WireViolationException($"sent more than {WireLimits.Calls} tool calls in one reply.");
        var call = new Growing(index, id);
        if (string.IsNullOrEmpty(id) || _calls.Exists(other => other.Id == id)) call.Id = $"call_{Guid.NewGuid():n}";
        _calls.Add(call);
        return call;
    }

    public void Name(Growing call, string? name)
    {
        if (string.IsNullOrEmpty(name) || call.Name.Length > 0) return;
        call.Name = name;
        chunks.Add(new ModelChunk.CallStarted(call.Id, name));
        if (call.Arguments.Length > 0) chunks.Add(new ModelChunk.CallArguments(call.Id, call.Arguments.ToString()));
    }

    public void Append(Growing call, string? delta)
    {
        if (string.IsNullOrEmpty(delta)) return;
        if (call.Arguments.Length + delta.Length > WireLimits.ArgumentCharacters)
            throw new WireViolationException($"sent arguments of more than {WireLimits.ArgumentCharacters} characters for one tool call.");
        call.Arguments.Append(delta);
        if (call.Name.Length > 0) chunks.Add(new ModelChunk.CallArguments(call.Id, delta));
    }

    public sealed class Growing(int? index, string? sentId)
    {
        public int? Index { get; } = index;

        /// <summary>As the endpoint sent it, which need not be unique.</summary>
        public string? SentId { get; } = sentId;

        public string Id { get; set; } = sentId ?? "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}

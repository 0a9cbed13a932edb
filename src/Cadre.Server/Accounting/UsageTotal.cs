using System.Text.Json;
using Cadre.Engine.Runs;

namespace Cadre.Server.Accounting;

/// <summary>The sum of some runs.</summary>
internal sealed class UsageTotal
{
    private readonly List<double> _milliseconds = [];
    private int _failures;
    private int _incomplete;
    private int _cancelled;
    private int _unpriced;
    private int _modelCalls;
    private int _toolCalls;
    private int _failedToolCalls;
    private long _input;
    private long _cachedInput;
    private long _output;

    public long Tokens => _input + _output;

    /// <summary>US dollars of what has a price.</summary>
    public decimal Cost { get; private set; }

    public void Add(RunUsage run)
    {
        _milliseconds.Add(run.Milliseconds);
        if (run.Status == RunStatus.Failed) _failures++;
        else if (run.Status == RunStatus.Cancelled) _cancelled++;
        else if (run.Status != RunStatus.Completed) _incomplete++;
        _unpriced += run.Unpriced;
        _modelCalls += run.ModelCalls;
        _toolCalls += run.ToolCalls;
        _failedToolCalls += run.FailedToolCalls;
        _input += run.Input;
        _cachedInput += run.CachedInput;
        _output += run.Output;
        Cost += run.Cost;
    }

    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("runs", _milliseconds.Count);
        json.WriteNumber("failed_runs", _failures);
        json.WriteNumber("incomplete_runs", _incomplete);
        json.WriteNumber("cancelled_runs", _cancelled);
        WriteShare(json, "error_rate", _failures, _milliseconds.Count);
        json.WriteNumber("input_tokens", _input);
        json.WriteNumber("cached_input_tokens", _cachedInput);
        json.WriteNumber("output_tokens", _output);
        json.WriteNumber("total_tokens", Tokens);
        json.WriteNumber("cost", Cost);
        json.WriteNumber("unpriced_model_calls", _unpriced);
        json.WriteNumber("model_calls", _modelCalls);
        json.WriteNumber("tool_calls", _toolCalls);
        json.WriteNumber("failed_tool_calls", _failedToolCalls);
        WriteShare(json, "tool_success_rate", Math.Max(0, _toolCalls - _failedToolCalls), _toolCalls);
        _milliseconds.Sort();
        json.WriteStartObject("latency_ms");
        WriteQuantile(json, "p50", 0.50);
        WriteQuantile(json, "p95", 0.95);
        json.WriteEndObject();
    }

    private static void WriteShare(Utf8JsonWriter json, string name, int part, int whole)
    {
        if (whole == 0) json.WriteNull(name);
        else json.WriteNumber(name, Math.Round((double)part / whole, 4));
    }

    private void WriteQuantile(Utf8JsonWriter json, string name, double quantile)
    {
        if (_milliseconds.Count == 0) json.WriteNull(name);
        else json.WriteNumber(name, Math.Round(_milliseconds[(int)Math.Ceiling(quantile * _milliseconds.Count) - 1], 1));
    }
}

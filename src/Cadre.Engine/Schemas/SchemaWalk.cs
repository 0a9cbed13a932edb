using System.Globalization;
using System.Text;

namespace Cadre.Engine.Schemas;

/// <summary>The state of one validation: where it is, what it found, what work is left.</summary>
internal sealed class SchemaWalk
{
    private const int MaxDepth = 200;
    private const int MaxSteps = 500_000;

    private readonly List<(string? Name, int Index)> _path = [];
    private List<SchemaError> _errors = [];
    private int _depth;
    private int _steps;

    public IReadOnlyList<SchemaError> Errors => _errors;

    /// <summary>False, with an error, when the value is too deep or too much work; ends with <see cref="Leave"/> only after true.</summary>
    public bool Enter()
    {
        if (_depth < MaxDepth && ++_steps <= MaxSteps)
        {
            _depth++;
            return true;
        }

        Exhausted = true;
        return Fail("$ref", _depth >= MaxDepth ? "is nested too deeply to be checked" : "is too much to be checked");
    }

    public void Leave() => _depth--;

    /// <summary>The value could not be checked to its end: it fits no schema, not even a negated one.</summary>
    public bool Exhausted { get; private set; }

    public void Push(string name) => _path.Add((name, -1));

    public void Push(int index) => _path.Add((null, index));

    public void Pop() => _path.RemoveAt(_path.Count - 1);

    /// <returns>False, so that a check can end with it.</returns>
    public bool Fail(string keyword, string message)
    {
        if (_errors.Count < JsonSchema.MaxErrors) _errors.Add(new(Pointer(), keyword, message));
        return false;
    }

    public bool Fail(IEnumerable<SchemaError> errors)
    {
        _errors.AddRange(errors.Take(JsonSchema.MaxErrors - _errors.Count));
        return false;
    }

    /// <summary>Checks without reporting; the errors found are returned instead.</summary>
    public bool Try(SchemaNode node, System.Text.Json.JsonElement value, Evaluated? evaluated, out IReadOnlyList<SchemaError> errors)
    {
        var outer = _errors;
        _errors = [];
        var fits = node.Check(value, this, evaluated);
        errors = _errors;
        _errors = outer;
        return fits && !Exhausted;
    }

    /// <summary>JSON pointer to the value that is being checked.</summary>
    public string Pointer()
    {
        var pointer = new StringBuilder();
        foreach (var (name, index) in _path)
        {
            pointer.Append('/').Append(name is null
                ? index.ToString(CultureInfo.InvariantCulture)
                : Cut(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }

        return pointer.ToString();
    }

    private static string Cut(string name) => name.Length <= 100 ? name : name[..99] + '…';
}

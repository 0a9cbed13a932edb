namespace Cadre.Guard.Policies.Yaml;

/// <summary>Collects everything that is wrong with one file.</summary>
internal sealed class YamlErrors(string file)
{
    public const int Max = 100;

    private readonly List<PolicyError> _found = [];

    public IReadOnlyList<PolicyError> Found => _found;

    public bool None => _found.Count == 0;

    public void Add(YamlNode at, string reason) => Add(at.Line, at.Column, reason);

    public void Add(int line, int column, string reason)
    {
        if (_found.Count < Max) _found.Add(new(file, line, column, reason));
    }
}

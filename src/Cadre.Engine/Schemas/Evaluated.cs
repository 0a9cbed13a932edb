namespace Cadre.Engine.Schemas;

/// <summary>The properties and items of one value that some schema has looked at; what is left is for "unevaluated…".</summary>
internal sealed class Evaluated
{
    public HashSet<string> Properties { get; } = new(StringComparer.Ordinal);
    public HashSet<int> Items { get; } = [];

    public void Add(Evaluated other)
    {
        Properties.UnionWith(other.Properties);
        Items.UnionWith(other.Items);
    }
}

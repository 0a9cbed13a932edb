using System.Collections.Immutable;

namespace Cadre.Guard.Policies.Yaml;

/// <summary>A part of a YAML document and where it stands; line and column count from 1.</summary>
internal abstract record YamlNode(int Line, int Column);

/// <param name="Plain">Written without quotes: nothing or "null" is then no value.</param>
internal sealed record YamlText(string Value, bool Plain, int Line, int Column) : YamlNode(Line, Column)
{
    public bool IsNothing => Plain && Value is ("" or "~" or "null" or "Null" or "NULL");
}

internal sealed record YamlList(ImmutableArray<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

/// <param name="Entries">In order; no key twice.</param>
internal sealed record YamlMap(ImmutableArray<YamlEntry> Entries, int Line, int Column) : YamlNode(Line, Column);

internal sealed record YamlEntry(YamlText Key, YamlNode Value);

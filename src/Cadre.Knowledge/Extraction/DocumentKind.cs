namespace Cadre.Knowledge.Extraction;

/// <summary>What the child is asked to parse.</summary>
internal enum DocumentKind
{
    Html,

    /// <summary>Office Open XML; which of its kinds, its content tells.</summary>
    Package,
}

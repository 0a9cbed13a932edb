namespace Cadre.Engine.Tools;

/// <summary>Values of <see cref="Provenance.Source"/> that mean something to the engine.</summary>
public static class ToolSources
{
    public const string Builtin = "builtin";

    /// <summary>The caller of the API runs the tool.</summary>
    public const string Client = "client";
}

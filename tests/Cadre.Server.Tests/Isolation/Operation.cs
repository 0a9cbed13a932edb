namespace Cadre.Server.Tests.Isolation;

/// <summary>How to send one operation that names things in its path.</summary>
internal sealed record Operation
{
    /// <summary>What the parameters of the route name, where the names differ: "id=upload, file=contained".</summary>
    public string Things { get; init; } = "";

    /// <summary>A good body, null for none; things in braces are the sender's own.</summary>
    public string? Body { get; init; }

    /// <summary>The body is this form, sent as a file.</summary>
    public string? Form { get; init; }

    /// <summary>Only administrators may send it: others are refused whatever they name.</summary>
    public bool ForAdministrators { get; init; }

    /// <summary>It is known by a name within its organisation, whose members all see it: another organisation's is only a name, and nobody's is asked for.</summary>
    public bool IsOrganisations { get; init; }

    /// <summary>The server has no such things, so that nobody's are asked for.</summary>
    public bool IsNeverThere { get; init; }

    /// <summary>The inner id means something within the outer thing only: in one of one's own, nobody's is asked for.</summary>
    public bool IsPartOfOuter { get; init; }

    /// <summary>The owner's may be refused as well: nothing waits for it.</summary>
    public bool IsOver { get; init; }

    /// <summary>The answer to the owner goes on until something happens.</summary>
    public bool IsLive { get; init; }

    /// <summary>The owner's view of it changes by itself.</summary>
    public bool Changes { get; init; }

    public string ThingOf(string parameter) =>
        Things.Split(',', StringSplitOptions.TrimEntries).Select(pair => pair.Split('=')).FirstOrDefault(pair => pair[0] == parameter) is [_, var thing] ? thing : parameter;
}

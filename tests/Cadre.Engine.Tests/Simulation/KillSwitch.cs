namespace Cadre.Engine.Tests.Simulation;

/// <summary>Ends the driver at one point between two effects, as a power cut would: what it knew is gone, what it did is done.</summary>
internal sealed class KillSwitch
{
    /// <summary>The point at which to kill; none when null.</summary>
    public int? At { get; set; }

    /// <summary>Points passed so far.</summary>
    public int Passed { get; private set; }

    public bool Killed { get; private set; }

    public void Point()
    {
        Passed++;
        if (Passed == At) Killed = true;
        if (Killed) throw new KilledException();
    }

    /// <summary>Kills now: everything from here on fails.</summary>
    public void Kill() => Killed = true;

    /// <param name="next">Points until the next kill; none when null.</param>
    public void Revive(int? next)
    {
        Killed = false;
        At = Passed + next;
    }
}

internal sealed class KilledException() : Exception("Killed by the simulation.");

using Cadre.Engine.Policies;

namespace Cadre.Engine.Ports;

/// <summary>Holds the policy in force. A bad edit leaves the one that was.</summary>
public interface IPolicies
{
    Policy Current { get; }
}

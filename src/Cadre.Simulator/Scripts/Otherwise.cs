namespace Cadre.Simulator.Scripts;

/// <summary>What happens to a request that no rule matches.</summary>
internal enum Otherwise
{
    BuiltIn,
    Fail,
}

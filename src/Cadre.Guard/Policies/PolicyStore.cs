using System.Diagnostics.CodeAnalysis;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;

namespace Cadre.Guard.Policies;

/// <summary>Reads the policy from a folder and holds the one in force. Whoever judges takes <see cref="Current"/> once per call.</summary>
public sealed class PolicyStore : IPolicies
{
    private readonly string? _folder;
    private readonly bool _allowNet;
    private readonly Lock _gate = new();
    private volatile Policy _current;

    private PolicyStore(string? folder, bool allowNet, Policy current) => (_folder, _allowNet, _current) = (folder, allowNet, current);

    public Policy Current => _current;

    /// <param name="folder">With tools.yaml, network.yaml and paths.yaml; null or missing for the default policy.</param>
    /// <param name="allowNet">The operator's switch; see <see cref="NetworkSwitch"/>.</param>
    /// <param name="errors">Why there is no policy: then nothing may run.</param>
    public static bool TryLoad(string? folder, bool allowNet, [NotNullWhen(true)] out PolicyStore? store, out IReadOnlyList<PolicyError> errors)
    {
        var policy = Read(folder, allowNet, out errors);
        store = policy is null ? null : new(folder, allowNet, policy);
        return store is not null;
    }

    /// <summary>Everything that is wrong with a folder's files; empty when they could be in force.</summary>
    public static IReadOnlyList<PolicyError> Validate(string? folder)
    {
        Read(folder, allowNet: true, out var errors);
        return errors;
    }

    /// <summary>Reads the folder again. With errors, the policy in force stays. Calls in flight keep the policy they were judged by.</summary>
    public PolicyReload Reload()
    {
        lock (_gate)
        {
            var before = _current.Hash;
            var policy = Read(_folder, _allowNet, out var errors);
            if (policy is not null) _current = policy;
            return new(before, _current.Hash, errors);
        }
    }

    private static Policy? Read(string? folder, bool allowNet, out IReadOnlyList<PolicyError> errors) =>
        PolicyBundle.Open(folder).Read(allowNet, out errors) is { } rules ? new(rules) : null;
}

/// <param name="Before">Hash of the policy that was in force.</param>
/// <param name="Hash">Of the policy in force now.</param>
/// <param name="Errors">Why the folder's files were refused; empty when they are in force.</param>
public sealed record PolicyReload(string Before, string Hash, IReadOnlyList<PolicyError> Errors)
{
    public bool Changed => Hash != Before;
    public bool Ok => Errors.Count == 0;
}

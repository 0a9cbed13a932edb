using Cadre.Engine.Ports;
using Cadre.Sandbox.Limits;
using Cadre.Sandbox.Running;

namespace Cadre.Sandbox.Detection;

/// <param name="Profile">Null at <see cref="SandboxLevel.None"/>.</param>
internal sealed record DetectedSandbox(SandboxReport Report, LimitPlan Plan, Func<SandboxCommand, Confinement>? Profile)
{
    /// <exception cref="SandboxUnavailableException">Nothing here confines, or not this command.</exception>
    public Confinement Wrap(SandboxCommand command) => Profile is { } profile
        ? profile(command)
        : throw new SandboxUnavailableException(string.Join(' ', Report.Warnings.Append(Report.Advice ?? "")).Trim());
}

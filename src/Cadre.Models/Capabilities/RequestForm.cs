using Cadre.Models.Wires;

namespace Cadre.Models.Capabilities;

/// <summary>The wire and the shape in which a request is tried.</summary>
internal sealed record RequestForm(bool UsesResponses, RequestShape Shape);

/// <summary>Another form to try after a refusal, and what is known about the endpoint if that form is taken.</summary>
internal sealed record Adaptation(RequestForm Form, string Reason, Func<CapabilityCard, Finding<bool>, CapabilityCard>? Learnt = null);

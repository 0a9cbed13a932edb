namespace Cadre.Simulator.Prompts;

/// <summary>One entry of a conversation, the same for both wires. Closed: every case is nested below.</summary>
internal abstract record Turn
{
    private Turn()
    {
    }

    /// <summary>Characters that count towards usage.</summary>
    public abstract int Length { get; }

    public abstract string Text { get; }

    internal sealed record User(string Said) : Turn
    {
        public override int Length => Said.Length;

        public override string Text => Said;
    }

    internal sealed record Assistant(string Said) : Turn
    {
        public override int Length => Said.Length;

        public override string Text => Said;
    }

    internal sealed record Call(string CallId, string Name, string Arguments) : Turn
    {
        public override int Length => Name.Length + Arguments.Length;

        public override string Text => Arguments;
    }

    internal sealed record Output(string CallId, string Returned) : Turn
    {
        public override int Length => Returned.Length;

        public override string Text => Returned;
    }
}

namespace Cadre.Simulator.Prompts;

internal enum Wire
{
    Chat,
    Responses,
}

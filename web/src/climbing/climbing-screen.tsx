export default function Screen(_: { chart?: string | undefined }) { return <div className="main" />; }
